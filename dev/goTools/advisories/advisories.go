// What the makers of vulnerability databases have in common: tests scan real images with the real
// scanners, also where the public databases are out of reach.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// advisory is one vulnerability of one package. Each scanner's database takes what it knows of it.
type advisory struct {
	ID string `json:"id"`
	// Severity is one of critical, high, medium, low.
	Severity    string `json:"severity"`
	Description string `json:"description"`
	URL         string `json:"url"`
	// Ecosystem is the package type: deb, apk, npm, python.
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

// dated is always the same: a database of the same advisories says the same.
var dated = time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)

// Usage: PROGRAM ADVISORIES.json FOLDER. What the folder has of a database is replaced.
func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: %s ADVISORIES.json FOLDER", os.Args[0]))
	}
	advisories, err := read(os.Args[1])
	if err != nil {
		fail(err)
	}
	if err := write(advisories, os.Args[2]); err != nil {
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
