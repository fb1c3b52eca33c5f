package funcs

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// argument puts an error at an argument.
func argument(i int, err error) error {
	if err == nil {
		return nil
	}
	return function.NewArgError(i, err)
}

// whole is a number as an integer; -1 stands for one that is not whole, and a number too large becomes the largest.
func whole(v cty.Value) int {
	f := v.AsBigFloat()
	if f.IsInf() || !f.IsInt() {
		return -1
	}
	n, accuracy := f.Int64()
	switch {
	case accuracy == big.Below:
		return math.MaxInt
	case accuracy == big.Above:
		return math.MinInt
	}
	return int(n)
}

// utf8Text is the text that bytes stand for.
func utf8Text(b []byte) (string, error) {
	if !utf8.Valid(b) {
		return "", errors.New("what it holds is not text in UTF-8")
	}
	return string(b), nil
}

func textOf(b []byte) (cty.Value, error) {
	text, err := utf8Text(b)
	return cty.StringVal(text), err
}

// checkFormat bounds what filling a format gives: widths and precisions ask for any number of characters, and one
// argument may be filled in many times.
func checkFormat(args []cty.Value) error {
	format, filled, longest := args[0].AsString(), 0, 0
	rounds := 1
	for _, arg := range args[1:] {
		var m measure
		if err := m.add(arg); err != nil {
			return err
		}
		longest = max(longest, m.text)
		if isSequence(arg.Type()) {
			rounds = max(rounds, m.elements)
		}
	}
	verbs := strings.Split(format, "%")[1:]
	for _, verb := range verbs {
		filled += asked(verb)
		if filled > maxText {
			return argument(0, tooLong())
		}
	}
	if err := checkProduct(rounds, filled+len(format)); err != nil {
		return argument(0, err)
	}
	return argument(0, checkProduct(len(verbs), longest/4))
}

// asked is how many characters the numbers at the front of a verb ask for.
func asked(verb string) int {
	sum, n := 0, 0
	for _, c := range verb {
		switch {
		case c >= '0' && c <= '9':
			n = min(n*10+int(c-'0'), maxText+1)
			continue
		case !strings.ContainsRune(" +-#.[]", c):
			return sum + n
		}
		sum, n = sum+n, 0
	}
	return sum + n
}
