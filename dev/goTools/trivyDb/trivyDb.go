// Writes a vulnerability database of trivy out of a list of advisories, so that tests scan real images
// with the real scanner where the public database is out of reach.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aquasecurity/trivy-db/pkg/db"
	"github.com/aquasecurity/trivy-db/pkg/metadata"
	"github.com/aquasecurity/trivy-db/pkg/types"
	"github.com/aquasecurity/trivy-db/pkg/vulnsrc/vulnerability"
	bolt "go.etcd.io/bbolt"
)

// write puts it below the folder that TRIVY_CACHE_DIR names.
func write(advisories []advisory, cache string) error {
	folder := filepath.Join(cache, "db")
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
	return metadata.NewClient(folder).Update(metadata.Metadata{
		Version: db.SchemaVersion, UpdatedAt: dated, NextUpdate: dated.AddDate(0, 0, 1),
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
