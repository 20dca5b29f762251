package people

import (
	"testing"
	"time"
)

func TestARegionIsOneOfTheListOrAbroad(t *testing.T) {
	for _, row := range []struct {
		what                              string
		country, province, city, district string
		field                             string
	}{
		{"nothing", "", "", "", "", ""},
		{"a district", "CN", "浙江省", "杭州市", "西湖区", ""},
		{"a city that is a province", "CN", "北京市", "北京市", "海淀区", ""},
		{"a district of Chongqing", "", "重庆市", "重庆市", "渝中区", ""},
		{"Hong Kong", "CN", "香港特别行政区", "九龙", "油尖旺区", ""},
		{"a province only", "CN", "浙江省", "", "", ""},
		{"abroad", "FR", "Nord", "Lille", "anything", ""},
		{"no such province", "CN", "Nord", "", "", "province"},
		{"a city of another province", "CN", "浙江省", "南京市", "", "city"},
		{"a district of another city", "CN", "浙江省", "杭州市", "海淀区", "district"},
		{"a city without a province", "CN", "", "杭州市", "", "province"},
		{"a district without a city", "CN", "浙江省", "", "西湖区", "city"},
		{"no code", "F1", "", "", "", "country"},
	} {
		p := Profile{Country: row.country, Province: row.province, City: row.city, District: row.district}
		if field, _ := p.regionProblem(); field != row.field {
			t.Errorf("%s: %q, want %q", row.what, field, row.field)
		}
	}
}

func TestARegionFromBeforeTheListStaysUntilItIsChanged(t *testing.T) {
	old := Profile{Province: "北京", City: "北京"}
	words, city := "hello", "上海"
	if _, problems := old.applied(ProfileChange{Signature: &words, Province: &old.Province}, time.Now()); len(problems) != 0 {
		t.Fatalf("%v", problems)
	}
	if _, problems := old.applied(ProfileChange{City: &city}, time.Now()); problems["province"] == "" {
		t.Fatalf("%v", problems)
	}
}
