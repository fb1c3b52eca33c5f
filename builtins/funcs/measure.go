package funcs

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
)

// What functions take and give is bounded, since a plan carries it: nobody deploys with larger values, and a mistake in
// a few lines can ask for more than a machine has.
const (
	// maxText is how many bytes the texts of a value may have together.
	maxText = 16 << 20
	// maxElements is how many values may be in a value.
	maxElements = 1 << 20
	// maxExponent is to which power of two numbers may go, either way; written out they have some 5,000 digits.
	maxExponent = 1 << 14
)

// measure adds up what is in values.
type measure struct{ elements, text int }

// add adds a value with all that is in it, and stops where the sum goes beyond the bounds.
func (m *measure) add(v cty.Value) error {
	v, _ = v.Unmark()
	if m.elements++; m.elements > maxElements {
		return fmt.Errorf("there are more than %d values", maxElements)
	}
	if !v.IsKnown() || v.IsNull() {
		return nil
	}
	switch ty := v.Type(); {
	case ty == cty.String:
		return m.addText(v.AsString())
	case ty == cty.Number:
		return m.addNumber(v)
	case v.CanIterateElements():
		for it := v.ElementIterator(); it.Next(); {
			key, element := it.Element()
			if ty.IsMapType() || ty.IsObjectType() {
				if err := m.addText(key.AsString()); err != nil {
					return err
				}
			}
			if err := m.add(element); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *measure) addText(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("there is text that is not UTF-8")
	}
	return m.addBytes(len(s))
}

func (m *measure) addBytes(bytes int) error {
	if m.text += bytes; m.text > maxText {
		return tooLong()
	}
	return nil
}

func tooLong() error { return fmt.Errorf("there is more than %d MiB of text", maxText>>20) }

// addNumber counts the digits that stand before the point, since a number may be written out.
func (m *measure) addNumber(v cty.Value) error {
	f := v.AsBigFloat()
	if f.IsInf() {
		return errors.New("there is an infinite number, which a plan cannot hold")
	}
	exponent := f.MantExp(nil)
	if exponent < 0 {
		exponent = -exponent
	}
	if exponent > maxExponent {
		return tooManyDigits()
	}
	return m.addBytes(exponent / 3)
}

func tooManyDigits() error { return errors.New("there is a number of more than 4,900 digits") }

// checkDigits bounds a number that is yet to be read, as reading takes time that grows with the square of its digits.
func checkDigits(text string) error {
	if len(text) > maxExponent/2 {
		return tooManyDigits()
	}
	return nil
}

// checkProduct bounds what is made of so many pieces, each of so many bytes.
func checkProduct(pieces, bytes int) error {
	if bytes > 0 && pieces > maxText/bytes {
		return tooLong()
	}
	return nil
}

// checkCount bounds how many pieces something is cut into.
func checkCount(pieces int) error {
	if pieces > maxElements {
		return fmt.Errorf("there would be more than %d elements", maxElements)
	}
	return nil
}
