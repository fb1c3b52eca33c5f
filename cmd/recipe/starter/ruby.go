package starter

import "io/fs"

type rubyBuild struct {
	Version string
	Rails   bool
	Assets  bool // there are assets to compile
	// Build and Run are the packages that the gems need while they are built, and later.
	Build, Run []string
	Command    []string
	// Credentials says that the app reads its secrets with a master key.
	Credentials bool
}

func ruby() language {
	return language{
		name: "ruby", ignore: []string{"log", "tmp", "storage", "node_modules", "vendor/bundle", "config/master.key", "test", "spec"},
		find: func(fsys fs.FS) (any, int, string, bool) {
			gems := read(fsys, "Gemfile")
			if gems == "" {
				return nil, 0, "", false
			}
			b := rubyBuild{
				Version: first(`(\d+\.\d+)`, read(fsys, ".ruby-version"), first(`(?m)^ruby\s+["'][^\d"']*(\d+\.\d+)`, gems, "3.4")),
				Rails:   exists(fsys, "config/application.rb"),
				Build:   []string{"build-essential", "git", "libyaml-dev", "pkg-config"},
			}
			for _, gem := range gemPackages() {
				if first(`(?m)^\s*gem\s+["'](`+gem.name+`)["']`, gems, "") != "" {
					b.Build, b.Run = append(b.Build, gem.build), append(b.Run, gem.run)
				}
			}
			if !b.Rails {
				b.Command = []string{"bundle", "exec", "rackup", "--host", "0.0.0.0", "--port", portWord}
				return b, 9292, "", true
			}
			_, err := fs.Stat(fsys, "app/assets")
			b.Assets = err == nil
			b.Credentials = exists(fsys, "config/credentials.yml.enc")
			b.Command = []string{"bin/rails", "server", "--binding", "0.0.0.0", "--port", portWord}
			return b, 3000, "/up", true
		},
	}
}

// gemPackages are the packages of Debian that gems need while they are built, and later.
func gemPackages() []struct{ name, build, run string } {
	return []struct{ name, build, run string }{
		{"pg", "libpq-dev", "libpq5"},
		{"mysql2", "default-libmysqlclient-dev", "libmariadb3"},
		{"sqlite3", "libsqlite3-dev", "libsqlite3-0"},
		{"ruby-vips", "libvips-dev", "libvips42"},
		{"image_processing", "libvips-dev", "libvips42"},
	}
}
