// Writes a vulnerability database of trivy out of a list of advisories, so that tests scan real images
// with the real scanner where the public database is out of reach.
//
// Usage: trivyDb ADVISORIES.json FOLDER
//
// FOLDER is what TRIVY_CACHE_DIR names; the database in it is replaced.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aquasecurity/trivy-db/pkg/db"
	"github.com/aquasecurity/trivy-db/pkg/metadata"
	"github.com/aquasecurity/trivy-db/pkg/types"
	"github.com/aquasecurity/trivy-db/pkg/vulnsrc/vulnerability"
	bolt "go.etcd.io/bbolt"
)

// advisory is one vulnerability of one package; the list is the one that grypeDb reads too.
type advisory struct {
	ID string `json:"id"`
	// Severity is one of critical, high, medium, low.
	Severity    string `json:"severity"`
	Description string `json:"description"`
	URL         string `json:"url"`
	// Ecosystem is the package type: deb, npm.
	Ecosystem string `json:"ecosystem"`
	Package   string `json:"package"`
	// Distribution and Release are of a system's package, e.g. debian and 13.
	Distribution string `json:"distribution,omitempty"`
	Release      string `json:"release,omitempty"`
	// Vulnerable is a constraint, e.g. "< 1.2.3"; a system's package is told by Fixed alone.
	Vulnerable string `json:"vulnerable"`
	// Fixed is the version that mends it; empty: there is none.
	Fixed string `json:"fixed,omitempty"`
}

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: trivyDb ADVISORIES.json FOLDER"))
	}
	advisories, err := read(os.Args[1])
	if err != nil {
		fail(err)
	}
	if err := write(advisories, filepath.Join(os.Args[2], "db")); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func read(file string) ([]advisory, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var advisories []advisory
	return advisories, json.Unmarshal(text, &advisories)
}

func write(advisories []advisory, folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := db.Init(folder); err != nil {
		return err
	}
	err := db.Config{}.BatchUpdate(func(tx *bolt.Tx) error {
		for _, entry := range advisories {
			if err := add(tx, entry); err != nil {
				return fmt.Errorf("%s: %w", entry.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	// Always the same: a database of the same advisories says the same.
	updated := time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)
	return metadata.NewClient(folder).Update(metadata.Metadata{
		Version: db.SchemaVersion, UpdatedAt: updated, NextUpdate: updated.AddDate(0, 0, 1),
	})
}

func add(tx *bolt.Tx, entry advisory) error {
	store := db.Config{}
	severity, err := types.NewSeverity(strings.ToUpper(entry.Severity))
	if err != nil {
		return err
	}
	bucket, source := sourceOf(entry)
	if err := store.PutDataSource(tx, bucket, source); err != nil {
		return err
	}
	if err := store.PutAdvisory(tx, []string{bucket, entry.Package}, entry.ID, detailOf(entry)); err != nil {
		return err
	}
	return store.PutVulnerability(tx, entry.ID, types.Vulnerability{
		Title:          entry.Description,
		Description:    entry.Description,
		VendorSeverity: types.VendorSeverity{source.ID: severity},
		References:     []string{entry.URL},
	})
}

func sourceOf(entry advisory) (string, types.DataSource) {
	if entry.Distribution != "" {
		source := types.DataSource{ID: vulnerability.Debian, Name: "Debian Security Tracker", URL: entry.URL}
		return entry.Distribution + " " + entry.Release, source
	}
	source := types.DataSource{ID: vulnerability.GHSA, Name: "GitHub Security Advisory", URL: entry.URL}
	return entry.Ecosystem + "::" + source.Name, source
}

func detailOf(entry advisory) *types.Advisory {
	if entry.Distribution != "" {
		return &types.Advisory{FixedVersion: entry.Fixed}
	}
	detail := &types.Advisory{VulnerableVersions: []string{entry.Vulnerable}}
	if entry.Fixed != "" {
		detail.PatchedVersions = []string{entry.Fixed}
	}
	return detail
}
