package dockerfile

import "testing"

func TestLook(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       Facts
	}{
		{"nothing", "FROM scratch\n", Facts{}},
		{"all", "FROM golang AS build\nEXPOSE 1\nUSER root\nFROM scratch\nEXPOSE 53/udp 8080/tcp 9090\nUSER 65532\nHEALTHCHECK CMD curl -f http://localhost:8080/up || exit 1\n",
			Facts{Port: 8080, Health: "/up", User: "65532"}},
		{"an earlier stage", "FROM ruby AS Base\nEXPOSE 3000\nFROM base AS build\nEXPOSE 1\nFROM base\nUSER app\n", Facts{Port: 3000, User: "app"}},
		{"a list", `FROM a
HEALTHCHECK --interval=5s CMD ["wget", "-qO-", "http://127.0.0.1/healthz?deep=1"]
`, Facts{Health: "/healthz"}},
		{"no path", "FROM a\nHEALTHCHECK CMD pg_isready\n", Facts{}},
		{"variables", "FROM a\nARG PORT=1\nEXPOSE $PORT\nHEALTHCHECK CMD curl http://localhost/$CHECK\n", Facts{}},
		{"taken back", "FROM a\nHEALTHCHECK CMD curl http://localhost/up\nHEALTHCHECK NONE\n", Facts{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Look([]byte(tt.text))
			if err != nil || got != tt.want {
				t.Errorf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
	for _, text := range []string{"", "FROM", "EXPOSE 80", "FRM a"} {
		if got, err := Look([]byte(text)); err == nil {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}
