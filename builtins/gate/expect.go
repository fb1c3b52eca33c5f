package gate

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/lang/schema"
)

// expectation is what a value is to be: equal to a text, or, after one of the signs, compared with it.
type expectation struct{ sign, want string }

// signs are the comparisons; those that begin like another come first.
var signs = []string{"<=", ">=", "!=", "<", ">"}

func expectArg() schema.Arg {
	return schema.Arg{Name: "expect", Type: schema.Str(),
		Doc: "What the value must be: a text or number that it equals, or a comparison such as \"< 5\", with <, <=, >, >= or !=. Numbers are compared as numbers."}
}

func expecting(text string) expectation {
	for _, sign := range signs {
		if want, ok := strings.CutPrefix(strings.TrimSpace(text), sign); ok {
			return expectation{sign, strings.TrimSpace(want)}
		}
	}
	return expectation{"", text}
}

// orders tells whether it compares by size, which takes numbers.
func (e expectation) orders() bool { return e.sign != "" && e.sign != "!=" }

// holds tells whether a value is as it should be.
func (e expectation) holds(value string) bool {
	is, ok := number(value)
	than, too := number(e.want)
	if !ok || !too {
		equal := value == e.want
		return !e.orders() && equal == (e.sign == "")
	}
	order := is.Cmp(than)
	switch e.sign {
	case "":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// text tells it in a sentence: what something is to be.
func (e expectation) text() string {
	if e.sign == "" {
		return shown(e.want)
	}
	return e.sign + " " + shown(e.want)
}

// precision is enough for the numbers of databases; an exponent beyond what a float64 has would take for ever.
const precision = 512

// number reads a decimal number.
func number(text string) (*big.Float, bool) {
	text = strings.TrimSpace(text)
	if len(text) > 100 || strings.Trim(text, "+-.0123456789eE") != "" {
		return nil, false
	}
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return nil, false
	}
	n, _, err := big.ParseFloat(text, 10, precision, big.ToNearestEven)
	return n, err == nil
}

// shown quotes a text, unless it is a number, and cuts a long one.
func shown(text string) string {
	if _, ok := number(text); ok {
		return text
	}
	const most = 200
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
