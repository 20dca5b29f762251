package people

import (
	"strings"
	"testing"
)

func TestANameThatCannotBeIsRefused(t *testing.T) {
	for name, want := range map[string]string{
		"Li Lei":                          "",
		"李雷":                              "",
		"  Li \t Lei ":                    "",
		"José":                            "",
		"Анна":                            "",
		"Badminton":                       "",
		"Stefan":                          "",
		"Mode":                            "",
		"Ｌｉｌｙ":                            "",
		"x":                               "must be at least 2 characters",
		"":                                "must be at least 2 characters",
		strings.Repeat("长", 33):           "must be at most 32 characters",
		"12345":                           "must contain a letter",
		"a\u200bb":                        "must not contain invisible characters or ones that turn the direction",
		"a\u202eb":                        "must not contain invisible characters or ones that turn the direction",
		"a\u2066b":                        "must not contain invisible characters or ones that turn the direction",
		"a\ufe0fb":                        "must not contain invisible characters or ones that turn the direction",
		"a\u3164b":                        "must not contain invisible characters or ones that turn the direction",
		"a\x00b":                          "must not contain invisible characters or ones that turn the direction",
		"a\ue000b":                        "must not contain invisible characters or ones that turn the direction",
		"<b>":                             "must consist of letters, digits, spaces and _ - . ·",
		"me@example":                      "must consist of letters, digits, spaces and _ - . ·",
		"z" + strings.Repeat("\u0301", 9): "must consist of letters, digits, spaces and _ - . ·",
	} {
		if _, problem := memberName(name); problem != want {
			t.Errorf("%q: %q, want %q", name, problem, want)
		}
	}
}

func TestNobodyPosesAsTheHouse(t *testing.T) {
	for _, name := range []string{
		"admin", "Admin", "ADMIN 2", "a.d.m.i.n", "adm1n", "аdmin", "admın", "Аdmіn_01", "ａｄｍｉｎ", "Administrator", "àdmin", "αdmin",
		"official", "0fficial", "Official Support", "supp0rt", "suррort", "$upport team", "support24", "ichat", "1chat", "The Team", "customer service",
		"客服", "客服小美", "官方客服", "客 服", "客·服", "管理员", "系统", "moderator", "rnoderator", "guan fang", "Kefu 01", "staff team",
	} {
		if _, problem := memberName(name); problem == "" {
			t.Errorf("%q was taken", name)
		}
	}
}

func TestNamesThatLookAlikeAreOne(t *testing.T) {
	for _, pair := range [][2]string{
		{"Li Lei", "lilei"}, {"Li_Lei", "LI-LEI"}, {"раураl", "paypal"}, {"Ｌｉｌｙ", "lily"}, {"ΟΜΕΓΑ", "ομεγα"}, {"Straße", "straße"}, {"é", "e\u0301"},
	} {
		if Folded(pair[0]) != Folded(pair[1]) {
			t.Errorf("%q is %q and %q is %q", pair[0], Folded(pair[0]), pair[1], Folded(pair[1]))
		}
	}
	if Folded("anna1") == Folded("annal") || Folded("李雷") == Folded("李蕾") {
		t.Error("names that differ are one")
	}
}
