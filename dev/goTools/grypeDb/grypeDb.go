// Writes a vulnerability database of grype out of a list of advisories, so that tests scan real images
// with the real scanner where the public database is out of reach.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/anchore/grype/grype/db/v6"
	"github.com/spf13/afero"
)

// write puts it below the folder that GRYPE_DB_CACHE_DIR names.
func write(advisories []advisory, cache string) error {
	folder := filepath.Join(cache, strconv.Itoa(v6.ModelVersion))
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
	vulnerability := &v6.VulnerabilityHandle{
		Name:          entry.ID,
		Status:        v6.VulnerabilityActive,
		PublishedDate: &dated,
		Provider:      providerOf(entry),
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

func providerOf(entry advisory) *v6.Provider {
	name := "github"
	if entry.Distribution != "" {
		name = entry.Distribution
	}
	return &v6.Provider{ID: name, Version: "1", Processor: "bot-core tests", DateCaptured: &dated}
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
