package service_test

import (
	"testing"

	"github.com/deployrecipe/recipe/builtins/service"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		facts service.Facts
		want  service.Decision
	}{
		{service.Facts{}, service.Nothing},
		{service.Facts{BehindPort: true, Exclusive: true}, service.Nothing},
		{service.Facts{InPlace: true}, service.Update},
		{service.Facts{InPlace: true, Count: true}, service.Scale},
		{service.Facts{Count: true, BehindPort: true}, service.Scale},
		{service.Facts{Release: true}, service.Replace},
		{service.Facts{Release: true, Count: true, InPlace: true}, service.Replace},
		{service.Facts{Release: true, Exclusive: true}, service.StopFirst},
		{service.Facts{Release: true, BehindPort: true}, service.Switchover},
		{service.Facts{Release: true, BehindPort: true, Exclusive: true}, service.Interrupt},
	} {
		if got := service.Decide(c.facts); got != c.want {
			t.Errorf("Decide(%+v) = %q, want %q", c.facts, got, c.want)
		}
	}
}
