package buildkit

import "testing"

func TestLineOf(t *testing.T) {
	const text = `FROM golang:1.26 AS build
WORKDIR /src
ENV A="1" \
    B="2"
COPY a b
RUN make
FROM scratch
COPY --from=build /x /x
FROM build
RUN test
`
	for name, want := range map[string]int{
		"[build 1/4] FROM golang:1.26":          1,
		"[build 2/4] WORKDIR /src":              2,
		"[build 3/4] COPY a b":                  5,
		"[linux/arm64 build 4/4] RUN make":      6,
		"[stage-1 1/1] COPY --from=build /x /x": 8,
		"[stage-2 1/1] RUN test":                10,
		"[1/1] RUN test":                        10,
		"[other 1/1] RUN x":                     0,
		"[internal] load build context":         0,
		"exporting to image":                    0,
	} {
		if got := lineOf(text, name); got != want {
			t.Errorf("%s is line %d, want %d", name, got, want)
		}
	}
}
