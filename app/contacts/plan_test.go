package contacts_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ichat/app"
	"ichat/app/apptest"
	"ichat/app/contacts"
	"ichat/app/people"
	"ichat/storage"
	"ichat/storage/storagetest"
)

// ofMessenger finds the statements of the messenger among what runs beside.
var ofMessenger = regexp.MustCompile(`(?:FROM|JOIN) "?(?:people|profiles|lists|friends|friend_groups|person_blocks|box|members|conversations|messages|kept|person_grams|group_grams)\b`)

// listener takes down the statements that are read with.
type listener struct {
	mu   sync.Mutex
	said []string // guarded by mu
}

func (l *listener) hears(statement string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if strings.HasPrefix(strings.TrimSpace(statement), "SELECT") && ofMessenger.MatchString(statement) {
		l.said = append(l.said, statement)
	}
}

// heard is what is read while something is done.
func (l *listener) heard(do func()) []string {
	l.mu.Lock()
	l.said = nil
	l.mu.Unlock()
	do()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said
}

func listen(tb testing.TB, p *apptest.Product) *listener {
	tb.Helper()
	l := &listener{}
	p.DB.Listen(l.hears)
	return l
}

// fullScan finds in a plan a table that is read from one end to the other, whatever PostgreSQL thinks of the size
// of tables in a test.
func fullScan(tb testing.TB, db *storage.DB, query string) (plan string, scans bool) {
	tb.Helper()
	var lines []string
	err := db.Write(tb.Context(), func(ctx context.Context, tx *storage.Tx) error {
		lines = nil
		if db.Postgres() {
			if _, err := tx.ExecContext(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
				return err
			}
			return tx.NewRaw("EXPLAIN "+query).Scan(ctx, &lines)
		}
		var steps []struct {
			ID, Parent, Notused int64
			Detail              string
		}
		if err := tx.NewRaw("EXPLAIN QUERY PLAN "+query).Scan(ctx, &steps); err != nil {
			return err
		}
		for _, s := range steps {
			lines = append(lines, s.Detail)
		}
		return nil
	})
	if err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
	plan = strings.Join(lines, "\n")
	if db.Postgres() {
		return plan, strings.Contains(plan, "Seq Scan on ")
	}
	for _, scan := range regexp.MustCompile(`SCAN (\w+)( USING (?:COVERING )?INDEX)?`).FindAllStringSubmatch(plan, -1) {
		within := strings.Contains(plan, "CO-ROUTINE "+scan[1]) || strings.Contains(plan, "MATERIALIZE "+scan[1])
		scans = scans || !within && scan[1] != "CONSTANT" && scan[1] != "few"
	}
	return plan, scans
}

// A page that starts asks as much of one who has everything as of one who has nothing, and each answer comes from
// an index.
func TestAPageStartsFromIndexes(t *testing.T) {
	p := apptest.New(t)
	li, wu := p.Member("Li Lei"), p.Member("Wu Gang")
	crowded(t, p, li.ID)
	l := listen(t, p)
	few, many := l.heard(func() { start(wu) }), l.heard(func() { start(li) })
	if len(many) < 8 || len(many) > len(few)+1 { // who has no conversation needs no names
		t.Errorf("%d statements, and %d for one who has nothing", len(many), len(few))
	}
	for _, query := range many {
		if plan, scans := fullScan(t, p.DB, query); scans {
			t.Errorf("%s\nis read without an index:\n%s", query, plan)
		}
	}
}

// named fills the server with members and groups that are called so.
func named(tb testing.TB, db *storage.DB, first int, names []string) {
	tb.Helper()
	base := 5_000_000 + first
	now := time.Now().UTC().Truncate(time.Microsecond)
	err := db.Write(storage.Unhurried(tb.Context()), func(ctx context.Context, tx *storage.Tx) error {
		for i, name := range names {
			id, folded := int64(base+i), people.Folded(name)
			for _, err := range []error{
				tx.Do(ctx, `INSERT INTO people (id, kind, name, created_at) VALUES (?, 'member', ?, ?)`, id, name, storage.Time{Time: now}),
				tx.Do(ctx, `INSERT INTO profiles (person_id, number, folded, named, created_at) VALUES (?, ?, ?, 1, ?)`, id, id, folded, storage.Time{Time: now}),
				people.MemberNames.PutTx(ctx, tx, id, "", folded),
				tx.Do(ctx, `INSERT INTO conversations (id, kind, owner_id, seq, version, updated_at, name, folded, member_count, number, join_rule) VALUES (?, 'group', ?, 1, 1, ?, ?, ?, 1, ?, 'open')`,
					10_000_000+id, id, storage.Time{Time: now}, name, folded, id),
				people.GroupNames.PutTx(ctx, tx, 10_000_000+id, "", folded),
			} {
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// manyNames are so many different names, in two scripts.
func manyNames(n int) []string {
	given := []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文海燕飞云龙")
	family := []string{"王", "李", "张", "Müller ", "Chen ", "Nguyễn ", "Иванов ", "Sato "}
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%c%c%d", family[i%len(family)], given[i/8%len(given)], given[i/300%len(given)], i)
	}
	return names
}

func TestNamesAreLookedForInAnIndex(t *testing.T) {
	p := apptest.New(t)
	li := p.Member("Li Lei")
	named(t, p.DB, 0, manyNames(400))
	l := listen(t, p)
	for _, q := range []string{"王", "王伟", "王伟伟0", "müller", "ller", "Иван", "Sato伟"} {
		for path, index := range map[string]string{"people": "person_grams", "groups": "group_grams"} {
			said := l.heard(func() {
				var page contacts.FoundPage
				var groups contacts.GroupPage
				li.OK("GET", "/api/im/"+path+"?q="+url.QueryEscape(q), nil, map[string]any{"people": &page, "groups": &groups}[path])
				if len(page.People)+len(groups.Groups) == 0 {
					t.Errorf("nothing is called %s among %s", q, path)
				}
			})
			if all := strings.Join(said, "\n"); !strings.Contains(all, index) {
				t.Errorf("%s is looked for without %s:\n%s", q, index, all)
			}
			for _, query := range said {
				if plan, scans := fullScan(t, p.DB, query); scans {
					t.Errorf("%s\nis read without an index:\n%s", query, plan)
				}
			}
		}
	}
}

func TestNamesAreFoundByAnyPartInAnyCaseAndWidth(t *testing.T) {
	p := apptest.New(t)
	owner, li := p.Owner(), p.Member("Li Lei")
	for _, name := range []string{"王小明", "Ärger Über", "Иван Петров", "ABC_def", "Nguyễn Văn"} {
		p.Member(name)
	}
	owner.OK("GET", "/api/im", nil, nil)
	var made struct{ Group struct{ ID int64 } }
	for i, name := range []string{"杭州徒步群", "ÖKO Freunde", "50% off"} {
		li.OK("POST", "/api/im/groups", map[string]any{"client_id": fmt.Sprint("group-of-", i), "name": name, "join_rule": "open"}, &made)
	}
	wu := p.Member("Wu Gang")
	people := func(q string) (names []string) {
		var page contacts.FoundPage
		wu.OK("GET", "/api/im/people?q="+url.QueryEscape(q), nil, &page)
		for _, f := range page.People {
			names = append(names, f.Person.Name)
		}
		return names
	}
	groups := func(q string) (names []string) {
		var page contacts.GroupPage
		wu.OK("GET", "/api/im/groups?q="+url.QueryEscape(q), nil, &page)
		for _, g := range page.Groups {
			names = append(names, g.Name)
		}
		return names
	}
	for _, c := range []struct {
		find func(string) []string
		q    string
		want string
	}{
		{people, "小", "[王小明]"}, {people, "小明", "[王小明]"}, {people, "王小明", "[王小明]"}, {people, "王明", "[]"},
		{people, "ÜBER", "[Ärger Über]"}, {people, "ärgerüb", "[Ärger Über]"}, {people, "ИВАН", "[Иван Петров]"},
		{people, "ｂｃ＿Ｄ", "[ABC_def]"}, {people, "cd", "[ABC_def]"}, {people, "NGUYỄN", "[Nguyễn Văn]"}, {people, "no such", "[]"},
		{groups, "徒步", "[杭州徒步群]"}, {groups, "步", "[杭州徒步群]"}, {groups, "öko", "[ÖKO Freunde]"}, {groups, "ＯＦＦ", "[50% off]"},
		{groups, "0%", "[50% off]"}, {groups, "%%", "[]"},
	} {
		if got := fmt.Sprint(c.find(c.q)); got != c.want {
			t.Errorf("%q finds %s, want %s", c.q, got, c.want)
		}
	}
	li.OK("PATCH", "/api/im/me", map[string]string{"name": "Zhao Yun"}, nil)
	li.OK("PATCH", fmt.Sprint("/api/chat/groups/", made.Group.ID), map[string]string{"name": "Half price"}, nil)
	if got := fmt.Sprint(people("li lei"), people("zhao"), groups("50%"), groups("PRICE")); got != "[] [Zhao Yun] [] [Half price]" {
		t.Errorf("after they are called something else: %s", got)
	}
}

func TestNamesOfBeforeThereWasAnIndexAreFoundInTime(t *testing.T) {
	p := apptest.New(t)
	li, wu := p.Member("Li Lei"), p.Member("Wu Gang")
	var made struct{ Group struct{ ID int64 } }
	li.OK("POST", "/api/im/groups", map[string]any{"client_id": "group-of-old", "name": "Hikers", "join_rule": "open"}, &made)
	err := p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		for _, text := range []string{`DELETE FROM person_grams`, `DELETE FROM group_grams`, `UPDATE profiles SET named = 0`, `UPDATE conversations SET folded = ''`} {
			if err := tx.Do(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // again: nothing happens
		if err := p.People.IndexNames(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := p.Chat.IndexNames(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var page contacts.FoundPage
	wu.OK("GET", "/api/im/people?q=lei", nil, &page)
	var groups contacts.GroupPage
	wu.OK("GET", "/api/im/groups?q=hike", nil, &groups)
	if len(page.People) != 1 || len(groups.Groups) != 1 {
		t.Fatalf("%d people and %d groups", len(page.People), len(groups.Groups))
	}
}

// BenchmarkFind looks for names among 100,000 members and as many groups.
func BenchmarkFind(b *testing.B) {
	at := storagetest.URL(b)
	db := storagetest.Open(b, at) // before there is a server, whose lease of a number it would outlast
	names := manyNames(100_000)
	for some := range len(names) / 1000 {
		named(b, db, some*1000, names[some*1000:(some+1)*1000])
	}
	li := apptest.New(b, func(c *app.Config) { c.DatabaseURL = at }).Member("Li Lei")
	for _, q := range []string{"王", "王伟", "ller", "müller伟伟", "nobody", "sato芳娜99", "伟9"} {
		for _, path := range []string{"people", "groups"} {
			b.Run(path+"/"+q, func(b *testing.B) {
				for b.Loop() {
					li.OK("GET", "/api/im/"+path+"?q="+url.QueryEscape(q), nil, nil)
				}
			})
		}
	}
}
