package gate

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/ask"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// sqlKind asks a database a question of the recipe's.
type sqlKind struct{}

type sqlArgs struct {
	URL    state.Text `json:"url"`
	Query  string     `json:"query"`
	Expect string     `json:"expect"`
}

func (sqlKind) Name() string   { return "sql" }
func (sqlKind) Measures() bool { return false }

func (sqlKind) Doc() string {
	return "passes when a query of one row and one column answers what is expected of it; it is asked again, a second later, while it does not. PostgreSQL and MySQL (MariaDB) are asked, from within the network of the new release and by the names that it uses, in a transaction that may only read."
}

func (sqlKind) Args() []schema.Arg {
	expect := expectArg()
	expect.Required = true
	return []schema.Arg{
		databaseArg("url", "The database: postgres://USER:PASSWORD@HOST:5432/NAME, or mysql:// with 3306. One with a password comes from a secret. Of its parameters sslmode and tls are read, with values that check no certificate."),
		{Name: "query", Type: schema.Str(), Required: true, Doc: "One statement of SQL, which gives one row of one column."},
		expect,
	}
}

func (sqlKind) Validate(s Spec, at func(string) *hcl.Range) hcl.Diagnostics {
	a, err := read[sqlArgs](s)
	if err != nil {
		return hcl.Diagnostics{diag.FromError(diag.Internal, err, at(""))}
	}
	_, diags := validateDatabase(s, "url", a.URL, at)
	if strings.TrimSpace(a.Query) == "" {
		diags = append(diags, diag.Errorf(diag.InvalidValue, at("query"), "Invalid value", "The query is empty; write one that gives one row of one column, such as SELECT count(*) FROM jobs."))
	}
	return append(diags, validateExpect(a.Expect, at)...)
}

// validateExpect finds a comparison by size with what is no number.
func validateExpect(text string, at func(string) *hcl.Range) hcl.Diagnostics {
	e := expecting(text)
	if _, ok := number(e.want); e.orders() && !ok {
		return hcl.Diagnostics{diag.Errorf(diag.InvalidValue, at("expect"), "Invalid value",
			"%q compares by size, which takes a number after %s.", text, e.sign)}
	}
	return nil
}

func (sqlKind) Waits(s Spec) string {
	a, _ := read[sqlArgs](s) // Validate has read it
	text := fmt.Sprintf("until %q", oneLine(a.Query))
	if at := host(s, a.URL); at != "" {
		text += " at " + at
	}
	return text + " answers " + expecting(a.Expect).text()
}

// oneLine folds the white space of a text.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func (sqlKind) Open(ctx context.Context, t Tools, c Config, _ func(string)) (Watch, error) {
	a, err := read[sqlArgs](c.Gate)
	if err != nil {
		return nil, err
	}
	url, err := t.reveal(a.URL)
	if err != nil {
		return nil, err
	}
	return behind(ctx, t, c, func(ctx context.Context, g Guest) (answer, error) {
		rows, err := g.SQL(ctx, ask.Query{URL: url, Text: a.Query})
		if err != nil {
			return answer{}, err
		}
		value, wrong := single(rows)
		if wrong.text != "" {
			return wrong, nil
		}
		e := expecting(a.Expect)
		text := rows.At + " answers " + told(value)
		switch good := !value.Null && e.holds(value.Text); {
		case !good:
			return answer{text: text + ", which is to be " + e.text()}, nil
		case e.sign != "":
			text += ", as expected: " + e.text()
		}
		return answer{good: true, text: text}, nil
	})
}

// single is the one value of an answer, or what is wrong with one that has no or several.
func single(rows ask.Rows) (ask.Value, answer) {
	switch {
	case rows.Failed():
		return ask.Value{}, unanswered(rows.Failure)
	case rows.Columns != 1:
		return ask.Value{}, answer{text: fmt.Sprintf("%s: the query gives %d columns, and one is to be compared", rows.At, rows.Columns), final: true}
	case len(rows.Rows) == 0:
		return ask.Value{}, answer{text: rows.At + ": the query gives no row"}
	case len(rows.Rows) > 1:
		return ask.Value{}, answer{text: rows.At + ": the query gives several rows, and one is to be compared"}
	}
	return rows.Rows[0][0], answer{}
}

func told(v ask.Value) string {
	if v.Null {
		return "NULL"
	}
	return shown(v.Text)
}
