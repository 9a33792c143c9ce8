// Writes a vulnerability database of grype out of a list of advisories, so that tests scan real images
// with the real scanner where the public database is out of reach.
//
// Usage: grypeDb ADVISORIES.json FOLDER
//
// FOLDER is what GRYPE_DB_CACHE_DIR names; what it has is replaced.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/anchore/grype/grype/db/v6"
	"github.com/spf13/afero"
)

// advisory is one vulnerability of one package.
type advisory struct {
	ID string `json:"id"`
	// Severity is one of critical, high, medium, low, negligible.
	Severity    string `json:"severity"`
	Description string `json:"description"`
	URL         string `json:"url"`
	// Ecosystem is syft's name of the package type: deb, apk, npm, python.
	Ecosystem string `json:"ecosystem"`
	Package   string `json:"package"`
	// Distribution, Release and Codename are of a system's package, e.g. debian, 13 and trixie.
	Distribution string `json:"distribution,omitempty"`
	Release      string `json:"release,omitempty"`
	Codename     string `json:"codename,omitempty"`
	// Format is how versions are compared: dpkg, apk, semver, python.
	Format string `json:"format"`
	// Vulnerable is a constraint, e.g. "< 1.2.3".
	Vulnerable string `json:"vulnerable"`
	// Fixed is the version that mends it; empty: there is none.
	Fixed string `json:"fixed,omitempty"`
}

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: grypeDb ADVISORIES.json FOLDER"))
	}
	advisories, err := read(os.Args[1])
	if err != nil {
		fail(err)
	}
	if err := write(advisories, filepath.Join(os.Args[2], strconv.Itoa(v6.ModelVersion))); err != nil {
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
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	store, err := v6.NewWriter(v6.Config{DBDirPath: folder, CacheSizeKiB: 1024})
	if err != nil {
		return err
	}
	for _, entry := range advisories {
		if err := add(store, entry); err != nil {
			return fmt.Errorf("%s: %w", entry.ID, err)
		}
	}
	if err := store.Close(); err != nil {
		return err
	}
	// Closing drops the indexes; grype makes them when it imports a database, as here.
	if err := v6.Hydrater()(folder); err != nil {
		return err
	}
	_, err = v6.WriteImportMetadata(afero.NewOsFs(), folder, "bot-core tests")
	return err
}

func add(store v6.ReadWriter, entry advisory) error {
	// Always the same: a database of the same advisories says the same.
	captured := time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)
	vulnerability := &v6.VulnerabilityHandle{
		Name:          entry.ID,
		Status:        v6.VulnerabilityActive,
		PublishedDate: &captured,
		Provider:      providerOf(entry, captured),
		BlobValue: &v6.VulnerabilityBlob{
			ID:          entry.ID,
			Description: entry.Description,
			References:  []v6.Reference{{URL: entry.URL}},
			Severities:  []v6.Severity{{Scheme: v6.SeveritySchemeCHMLN, Value: entry.Severity, Rank: 1}},
		},
	}
	if err := store.AddVulnerabilities(vulnerability); err != nil {
		return err
	}
	return store.AddAffectedPackages(&v6.AffectedPackageHandle{
		VulnerabilityID: vulnerability.ID,
		OperatingSystem: systemOf(entry),
		Package:         &v6.Package{Ecosystem: entry.Ecosystem, Name: entry.Package},
		BlobValue: &v6.PackageBlob{Ranges: []v6.Range{{
			Version: v6.Version{Type: entry.Format, Constraint: entry.Vulnerable},
			Fix:     fixOf(entry),
		}}},
	})
}

func providerOf(entry advisory, captured time.Time) *v6.Provider {
	name := "github"
	if entry.Distribution != "" {
		name = entry.Distribution
	}
	return &v6.Provider{ID: name, Version: "1", Processor: "bot-core tests", DateCaptured: &captured}
}

func systemOf(entry advisory) *v6.OperatingSystem {
	if entry.Distribution == "" {
		return nil
	}
	return &v6.OperatingSystem{
		Name: entry.Distribution, ReleaseID: entry.Distribution,
		MajorVersion: entry.Release, Codename: entry.Codename,
	}
}

func fixOf(entry advisory) *v6.Fix {
	if entry.Fixed == "" {
		return &v6.Fix{State: v6.NotFixedStatus}
	}
	return &v6.Fix{Version: entry.Fixed, State: v6.FixedStatus}
}
