package service

import (
	"slices"
	"strconv"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/label"
)

// A release is named for what it is made of, so one that is asked for although nothing changed needs something else
// besides: a number, which its containers tell. The newest that stands is what is wanted from then on.

// renew finds the wanted release of a service: of those that are made as the recipe says the newest, or where another
// one is asked for the next. One that does not serve yet while an older one does, since an apply was broken off, is that
// other one. Serving is the release that serves.
func (b *base) renew(spec *container.Spec, asked bool, serving string) {
	b.release, b.asked = spec.Release(b.image.Content), asked
	last := 0
	for _, piece := range slices.Backward(b.stock.all) { // the newest release is the last that is seen
		n := piece.renewed()
		last = max(last, n)
		if release := spec.Renewed(b.image.Content, n); piece.Release == release {
			b.release, b.renewed = release, n
		}
	}
	if stands := len(b.stock.of(b.release)) > 0; asked && stands && (serving == b.release || serving == "") {
		b.renewed = last + 1
		b.release = spec.Renewed(b.image.Content, b.renewed)
	}
}

func (p piece) renewed() int {
	n, _ := strconv.Atoi(p.Labels[label.Renewed])
	return n
}
