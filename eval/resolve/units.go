package resolve

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/zclconf/go-cty/cty"
)

// quantity is a number with whatever stands behind it for a unit.
var quantity = regexp.MustCompile(`^\s*([0-9]+(?:[.,][0-9]+)?)\s*([\pL]*)\s*$`)

// meantDuration offers what a text that is no duration was meant to be, as a sentence that begins with a space, or
// nothing.
func meantDuration(text string) string {
	return meant(text, func(number, unit string) (string, bool) {
		switch strings.ToLower(unit) {
		case "", "sec", "secs", "second", "seconds":
			unit = "s"
		case "min", "mins", "minute", "minutes":
			unit = "m"
		case "hr", "hrs", "hour", "hours":
			unit = "h"
		case "msec", "millis", "millisecond", "milliseconds":
			unit = "ms"
		case "d", "day", "days":
			days, err := strconv.Atoi(number)
			if err != nil {
				return "", false
			}
			number, unit = strconv.Itoa(24*days), "h"
		}
		_, err := time.ParseDuration(number + unit)
		return number + unit, err == nil
	})
}

// meantSize does so for a size.
func meantSize(text string) string {
	return meant(text, func(number, unit string) (string, bool) {
		if whole, ok := sizeUnits()[strings.TrimSuffix(strings.ToLower(unit), "s")]; ok {
			unit = whole
		}
		_, err := units.RAMInBytes(number + unit)
		return number + unit, err == nil
	})
}

// sizeUnits are words for units, without the s of the plural, and how they are written.
func sizeUnits() map[string]string {
	return map[string]string{
		"byte": "B", "ki": "KiB", "kilobyte": "KiB", "kibibyte": "KiB", "kbyte": "KiB",
		"mi": "MiB", "meg": "MiB", "megabyte": "MiB", "mebibyte": "MiB", "mbyte": "MiB",
		"gi": "GiB", "gig": "GiB", "gigabyte": "GiB", "gibibyte": "GiB", "gbyte": "GiB",
		"ti": "TiB", "terabyte": "TiB", "tebibyte": "TiB",
	}
}

func meant(text string, guess func(number, unit string) (string, bool)) string {
	parts := quantity.FindStringSubmatch(text)
	if parts == nil {
		return ""
	}
	if found, ok := guess(strings.Replace(parts[1], ",", ".", 1), parts[2]); ok && found != text {
		return fmt.Sprintf(" Did you mean %q?", found)
	}
	return ""
}

// unlessSensitive is a hint on a text, and nothing where the hint would tell a secret.
func (s site) unlessSensitive(hint func(string) string, v cty.Value) string {
	if s.sensitive {
		return ""
	}
	return hint(v.AsString())
}
