package audit

import (
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ichat/app/fault"
	"ichat/app/web"
)

// exportSlice is how many acts are read at once: an export is streamed, however long the log is.
const exportSlice = 500

// byteOrderMark tells spreadsheets that the file is UTF-8.
const byteOrderMark = "\ufeff"

var (
	headEN = []string{"Time (UTC)", "Person", "Person id", "Action", "Target", "Address", "Field", "Old", "New"}
	headZH = []string{"时间（UTC）", "操作人", "操作人编号", "操作", "对象", "地址", "字段", "原值", "新值"}
)

// getCSV streams the acts a filter finds, a line for each field that changed.
func (l *Log) getCSV(c echo.Context) error {
	ctx := c.Request().Context()
	site, f, err := filterOf(c)
	if err != nil {
		return err
	}
	if err := l.mustOwn(ctx, web.CallerOf(ctx).Person, site); err != nil {
		return err
	}
	first, err := l.page(ctx, site, f, exportSlice)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="audit-`+l.now().UTC().Format("2006-01-02")+`.csv"`)
	c.Response().WriteHeader(http.StatusOK)
	if _, err := c.Response().Write([]byte(byteOrderMark)); err != nil {
		return nil // the reader hung up
	}
	if err := l.stream(ctx, c.Response(), site, f, first); err != nil {
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return nil
}

func (l *Log) stream(ctx context.Context, to *echo.Response, site int64, f Filter, p Page) (err error) {
	w := csv.NewWriter(to)
	w.UseCRLF = true
	head := headEN
	if web.Lang(ctx) == "zh-CN" {
		head = headZH
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for {
		for _, a := range p.Acts {
			if err := w.WriteAll(a.lines()); err != nil {
				return err
			}
		}
		to.Flush()
		if !p.More {
			return nil
		}
		f.Before = p.Acts[len(p.Acts)-1].ID
		if p, err = l.page(ctx, site, f, exportSlice); err != nil {
			return err
		}
	}
}

func (a Act) lines() [][]string {
	changes := a.Changes
	if len(changes) == 0 {
		changes = []Change{{}}
	}
	lines := make([][]string, len(changes))
	for i, c := range changes {
		lines[i] = []string{a.At.UTC().Format("2006-01-02 15:04:05"), a.Person.Name, strconv.FormatInt(a.Person.ID, 10),
			a.Action, a.Target, a.Address, c.Field, c.Old, c.New}
		for j, cell := range lines[i] {
			lines[i][j] = harmless(cell)
		}
	}
	return lines
}

// harmless keeps a spreadsheet from taking text that people typed for a formula.
func harmless(cell string) string {
	if first := strings.TrimLeft(cell, " "); first != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(first)[0]) {
		return "'" + cell
	}
	return cell
}

// filterOf reads the address as the list's route does.
func filterOf(c echo.Context) (site int64, f Filter, err error) {
	refusal := fault.New(fault.Invalid, "the request is not valid")
	number := func(name, text string) (n int64) {
		if n, err = strconv.ParseInt(text, 10, 64); text != "" && (err != nil || n < 0) {
			refusal = refusal.With(name, "must be a whole number")
		}
		return n
	}
	at := func(name string) (t time.Time) {
		text := c.QueryParam(name)
		if t, err = time.Parse(time.RFC3339, text); text != "" && err != nil {
			refusal = refusal.With(name, "must be a time such as 2026-01-31T08:00:00Z")
		}
		return t
	}
	site = number("id", c.Param("id"))
	f = Filter{Person: number("person", c.QueryParam("person")), Action: c.QueryParam("action"), From: at("from"), To: at("to")}
	if len(refusal.Fields) > 0 {
		return 0, Filter{}, refusal
	}
	return site, f, nil
}
