package gate

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/ask"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// answer is what one asking came to.
type answer struct {
	good bool
	text string
	// final tells that asking again cannot make it good.
	final bool
}

func unanswered(f ask.Failure) answer { return answer{text: f.Why, final: f.Final} }

// data is a Watch that asks what lies behind the new release, from within its network, until the answer is good.
type data struct {
	guest Guest
	ask   func(context.Context, Guest) (answer, error)
}

// behind opens a data: the first new instance is the one beside which it asks.
func behind(ctx context.Context, t Tools, c Config, ask func(context.Context, Guest) (answer, error)) (Watch, error) {
	switch {
	case len(c.Instances) == 0:
		return nil, errors.New("the new release has no container from whose network it could be asked")
	case t.Beside == nil:
		return nil, errors.New("no databases are to be asked here")
	}
	guest, err := t.Beside(ctx, c.Instances[0].Container)
	if err != nil {
		return nil, err
	}
	return &data{guest, ask}, nil
}

// Close ends what asks.
func (d *data) Close(ctx context.Context) error { return d.guest.Close(ctx) }

// Judge passes once an answer is good. It fails when one can never be, or, with the last answer, when the time is over.
func (d *data) Judge(ctx context.Context) (Verdict, error) {
	last := ""
	pace := time.NewTicker(askEvery)
	defer pace.Stop()
	for {
		began := time.Now()
		got, err := d.ask(ctx, d.guest)
		cut := over(ctx)
		switch {
		case err != nil && !cut:
			return Verdict{}, err
		case err == nil && got.good:
			return Verdict{Passed, got.text}, nil
		case err == nil && got.final && !cut:
			return Verdict{}, errors.New(got.text)
		case err == nil && (!cut || last == "" || time.Since(began) > askLimit):
			last = got.text // one that was cut off soon after it was asked says less than the one before
		}
		select {
		case <-ctx.Done():
			return Verdict{Failed, or(last, "nothing was answered in time")}, nil
		case <-pace.C:
		}
	}
}

// over tells whether the time is over. What waits on the network may be told so a moment before the context is.
func over(ctx context.Context) bool {
	end, limited := ctx.Deadline()
	return ctx.Err() != nil || limited && !time.Now().Before(end)
}

// databaseArg is the URL of a database.
func databaseArg(name, doc string) schema.Arg {
	return schema.Arg{Name: name, Type: schema.Str(), Required: true, Secret: true, Doc: doc}
}

// validateDatabase finds what is wrong with a database's URL, where it is known, without telling it.
func validateDatabase(s Spec, arg string, url state.Text, at func(string) *hcl.Range) (d ask.Database, diags hcl.Diagnostics) {
	value, known := s.Known(url)
	if !known {
		return d, nil
	}
	d, err := ask.ParseDatabase(value)
	if err != nil {
		return d, hcl.Diagnostics{diag.Errorf(diag.InvalidValue, at(arg), "Invalid value", "%q of this gate: %s.", arg, err)}
	}
	if url.Secret == "" && d.Password() != "" {
		return d, hcl.Diagnostics{diag.Errorf(diag.InvalidValue, at(arg), "A password that everybody sees",
			"The URL holds a password in plain text, which plans would show. Take it from a secret block: %s = secret.NAME, or \"...${secret.NAME}...\".", arg)}
	}
	return d, nil
}

// host names a database in a plan, where its URL is no secret.
func host(s Spec, url state.Text) string {
	if url.Secret != "" {
		return ""
	}
	d, err := ask.ParseDatabase(url.Plain)
	if err != nil {
		return ""
	}
	return d.At()
}

// reveal gives a text's value at the moment of use.
func (t Tools) reveal(text state.Text) (string, error) {
	if text.Secret != "" && t.Secret == nil {
		return "", errors.New("its secrets are not to be had here")
	}
	return text.Reveal(t.Secret)
}
