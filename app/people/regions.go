package people

import (
	"encoding/json"
	"strings"
	"sync"

	"ichat/console"
)

// china is the country whose regions are chosen from a list; of all others they are free text.
const china = "CN"

const unknownRegion = "is not in the list of regions"

// regions are province -> city -> district, read when somebody first says where he lives.
var regions = sync.OnceValue(func() map[string]map[string]map[string]bool {
	var file struct {
		Provinces []struct {
			Name   string
			Cities []struct {
				Name      string
				Districts []string
			}
		}
	}
	if err := json.Unmarshal(console.Regions, &file); err != nil {
		panic(err) // it is part of the program
	}
	known := map[string]map[string]map[string]bool{}
	for _, p := range file.Provinces {
		known[p.Name] = map[string]map[string]bool{}
		for _, c := range p.Cities {
			known[p.Name][c.Name] = map[string]bool{}
			for _, d := range c.Districts {
				known[p.Name][c.Name][d] = true
			}
		}
	}
	return known
})

// regionProblem names the field of a region that cannot be: without a country it is one of China's. Each part may be
// left out with those below it.
func (p Profile) regionProblem() (field, problem string) {
	if p.Country != "" && p.Country != china {
		if len(p.Country) != 2 || strings.ContainsFunc(p.Country, func(r rune) bool { return r < 'A' || r > 'Z' }) {
			return "country", "must be a code of two letters"
		}
		return "", ""
	}
	cities, known := regions()[p.Province]
	districts, inside := cities[p.City]
	switch {
	case p.Province != "" && !known, p.Province == "" && p.City+p.District != "":
		return "province", unknownRegion
	case p.City != "" && !inside, p.City == "" && p.District != "":
		return "city", unknownRegion
	case p.District != "" && !districts[p.District]:
		return "district", unknownRegion
	}
	return "", ""
}

// region is where somebody says he lives.
func (p Profile) region() [4]string { return [4]string{p.Country, p.Province, p.City, p.District} }
