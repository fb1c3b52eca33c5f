package gate

import "testing"

func TestExpectations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		expect, value string
		holds         bool
	}{
		{"0", "0", true}, {"0", "0.00", true}, {"0", "1", false}, {"10", "1e1", true},
		{"on", "on", true}, {"on", "off", false}, {"on", "ON", false}, {"", "", true}, {"", "x", false},
		{"true", "true", true}, {"true", "1", false},
		{"< 5", "4", true}, {"<5", "5", false}, {"<= 5", "5.0", true}, {">= 5", "4.999", false}, {"> 5", "10", true},
		{"> 9223372036854775807", "9223372036854775808", true}, {"9223372036854775807", "9223372036854775808", false},
		{"!= off", "on", true}, {"!= off", "off", false}, {"!= 1", "1.0", false}, {"!= 1", "none", true},
		{"< 5", "four", false}, {"> 5", "", false}, {"< 5", "-1e300", true},
		{"0", "0x0", false}, {"1000", "1_000", false}, {"1", "1e999999999", false},
	} {
		if e := expecting(test.expect); e.holds(test.value) != test.holds {
			t.Errorf("%q of %q: %v", test.expect, test.value, !test.holds)
		}
	}
}
