package funcs

import (
	"strconv"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func times(in Inputs) []Func {
	when := "time: a time such as 2026-01-02T15:04:05Z (RFC 3339)"
	return []Func{
		{Name: "formatdate", Doc: "Writes a time in a form. YYYY, MM, DD, hh, mm and ss stand for its parts, MMM and EEE for the names of month and day, ZZZ and ZZZZZ for the zone; other letters stand between single quotes.",
			Params:   []string{"form: the form", when},
			Examples: []Example{{`formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z")`, `"02 Jan 2018 23:12 UTC"`}, {`formatdate("h'h'mm", "2018-01-02T03:12:01Z")`, `"3h12"`}},
			Func:     stdlib.FormatDateFunc, Check: func(args []cty.Value) error { return argument(1, checkTime(args[1])) }},
		{Name: "formattimestamp", Doc: "Writes a time in a form, as formatdate does; the form X gives the seconds since 1970.",
			Params:   []string{"form: the form", "time: a time such as 2026-01-02T15:04:05Z, or the seconds since 1970 as a number"},
			Examples: []Example{{`formattimestamp("X", "2015-10-21T00:00:00Z")`, `"1445385600"`}, {`formattimestamp("YYYY-MM-DD", 1445385600)`, `"2015-10-21"`}},
			Func:     formatTimestamp()},
		{Name: "plantimestamp", Doc: "Gives the time of the plan. Since every plan has another, it would change whatever it stands in: it is unknown while a plan is made, so only outputs can show it.",
			Examples: []Example{{`plantimestamp()`, ``}}, Func: in.later(now(in))},
		{Name: "timeadd", Doc: "Adds a duration to a time.",
			Params:   []string{when, "duration: numbers with the units h, m, s or ms, such as \"1h30m\" or \"-10s\""},
			Examples: []Example{{`timeadd("2017-11-22T00:00:00Z", "10m")`, `"2017-11-22T00:10:00Z"`}},
			Func:     timeAdd()},
		{Name: "timecmp", Doc: "Gives -1, 0 or 1 where a time is before another, the same, or after it.",
			Params:   []string{"a: a time such as 2026-01-02T15:04:05Z (RFC 3339)", "b: another time"},
			Examples: []Example{{`timecmp("2017-11-22T01:00:00Z", "2017-11-22T00:00:00-01:00")`, `0`}, {`timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00Z")`, `-1`}},
			Func:     timeCompare()},
		{Name: "timestamp", Doc: "Gives the time now. It is unknown while a plan is made, so only outputs can show it.",
			Examples: []Example{{`timestamp()`, ``}}, Func: in.later(now(in))},
		{Name: "unixtimestampparse", Doc: "Takes the seconds since 1970 apart: year, month, day, hour, minute, second, year_day, month_name, weekday (0 is Sunday), weekday_name, iso_year, iso_week and rfc3339, all in UTC.",
			Params:   []string{"seconds: the seconds since 1970, a whole number"},
			Examples: []Example{{`unixtimestampparse(1690328596).rfc3339`, `"2023-07-25T23:43:16Z"`}, {`unixtimestampparse(1690328596).weekday_name`, `"Tuesday"`}},
			Func:     parseUnix()},
	}
}

func parseTime(v cty.Value) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, v.AsString())
	if err != nil {
		return t, function.NewArgErrorf(0, "%q is not a time such as 2026-01-02T15:04:05Z (RFC 3339)", v.AsString())
	}
	return t, nil
}

func checkTime(v cty.Value) error {
	_, err := parseTime(v)
	return err
}

func now(in Inputs) function.Function {
	return function.New(&function.Spec{
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			return cty.StringVal(in.Now().UTC().Format(time.RFC3339)), nil
		},
	})
}

func timeAdd() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "time", Type: cty.String}, {Name: "duration", Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			t, err := parseTime(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			d, err := time.ParseDuration(args[1].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(1, "%q is not a duration: numbers with the units h, m, s or ms, such as \"1h30m\"", args[1].AsString())
			}
			return cty.StringVal(t.Add(d).Format(time.RFC3339)), nil
		},
	})
}

func timeCompare() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "a", Type: cty.String}, {Name: "b", Type: cty.String}},
		Type:         function.StaticReturnType(cty.Number),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			a, err := parseTime(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			b, err := parseTime(args[1])
			if err != nil {
				return cty.NilVal, argument(1, err)
			}
			return cty.NumberIntVal(int64(a.Compare(b))), nil
		},
	})
}

func formatTimestamp() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "form", Type: cty.String}, {Name: "time", Type: cty.DynamicPseudoType}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			t, err := timeOrSeconds(args[1])
			if err != nil {
				return cty.NilVal, argument(1, err)
			}
			if args[0].AsString() == "X" {
				return cty.StringVal(strconv.FormatInt(t.Unix(), 10)), nil
			}
			return stdlib.FormatDate(args[0], cty.StringVal(t.Format(time.RFC3339)))
		},
	})
}

func timeOrSeconds(v cty.Value) (time.Time, error) {
	switch v.Type() {
	case cty.String:
		return parseTime(v)
	case cty.Number:
		return unix(v)
	}
	return time.Time{}, function.NewArgErrorf(1, "a time such as 2026-01-02T15:04:05Z, or the seconds since 1970, are required")
}

// farthest is the last second of the year 9999, behind which a year has more digits than RFC 3339 gives it.
const farthest = 253402300799

func unix(v cty.Value) (time.Time, error) {
	seconds, err := bigWhole(0, v)
	if err != nil {
		return time.Time{}, err
	}
	if !seconds.IsInt64() || seconds.Int64() > farthest || seconds.Int64() < -62167219200 {
		return time.Time{}, function.NewArgErrorf(0, "the seconds must be those of a time in the years 0 to 9999")
	}
	return time.Unix(seconds.Int64(), 0).UTC(), nil
}

func parseUnix() function.Function {
	attrs := map[string]cty.Type{"month_name": cty.String, "weekday_name": cty.String, "rfc3339": cty.String}
	for _, name := range []string{"year", "year_day", "day", "month", "weekday", "hour", "minute", "second", "iso_year", "iso_week"} {
		attrs[name] = cty.Number
	}
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "seconds", Type: cty.Number}},
		Type:         function.StaticReturnType(cty.Object(attrs)),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			t, err := unix(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			isoYear, isoWeek := t.ISOWeek()
			result := map[string]cty.Value{
				"month_name":   cty.StringVal(t.Month().String()),
				"weekday_name": cty.StringVal(t.Weekday().String()),
				"rfc3339":      cty.StringVal(t.Format(time.RFC3339)),
			}
			for name, n := range map[string]int{
				"year": t.Year(), "year_day": t.YearDay(), "day": t.Day(), "month": int(t.Month()), "weekday": int(t.Weekday()),
				"hour": t.Hour(), "minute": t.Minute(), "second": t.Second(), "iso_year": isoYear, "iso_week": isoWeek,
			} {
				result[name] = cty.NumberIntVal(int64(n))
			}
			return cty.ObjectVal(result), nil
		},
	})
}
