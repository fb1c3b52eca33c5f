package starter

import (
	"io/fs"
	"strings"
)

type pythonBuild struct {
	Version string
	// Uv says that the dependencies are locked by uv, else they are in requirements.txt, or in pyproject.toml.
	Uv, Requirements bool
	// Server is a package that the command needs and the dependencies do not name, empty for none.
	Server  string
	Static  bool // Django, with static files to gather
	Command []string
}

func python() language {
	return language{
		name: "python", ignore: []string{"__pycache__", "*.pyc", ".venv", "venv", "*.sqlite3", ".pytest_cache"},
		find: func(fsys fs.FS) (any, int, string, bool) {
			requirements, project := read(fsys, "requirements.txt"), read(fsys, "pyproject.toml")
			if requirements+project == "" {
				return nil, 0, "", false
			}
			b := pythonBuild{
				Version:      first(`(\d+\.\d+)`, read(fsys, ".python-version"), first(`requires-python\s*=\s*"[^\d"]*(\d+\.\d+)`, project, "3.13")),
				Uv:           exists(fsys, "uv.lock"),
				Requirements: requirements != "",
			}
			b.serve(fsys, requirements+project)
			return b, 8000, "", true
		},
	}
}

// serve chooses the server by the framework.
func (b *pythonBuild) serve(fsys fs.FS, dependencies string) {
	const listen = "0.0.0.0:" + portWord
	server := "gunicorn"
	switch settings := first(`DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)["']`, read(fsys, "manage.py"), ""); {
	case settings != "":
		project, _, _ := strings.Cut(settings, ".")
		b.Static = exists(fsys, project+"/settings.py") && strings.Contains(read(fsys, project+"/settings.py"), "STATIC_ROOT")
		b.Command = []string{"gunicorn", "--bind", listen, project + ".wsgi"}
	case mentions(dependencies, "fastapi", "starlette"):
		server = "uvicorn"
		b.Command = []string{"uvicorn", "--host", "0.0.0.0", "--port", portWord, object(fsys, "FastAPI|Starlette")}
	default:
		b.Command = []string{"gunicorn", "--bind", listen, object(fsys, "Flask")}
	}
	if !mentions(dependencies, server) {
		b.Server = server
	}
}

// object is the app as servers name it, MODULE:NAME: where one of the classes is instantiated.
func object(fsys fs.FS, classes string) string {
	files, err := fs.Glob(fsys, "*.py")
	if err == nil {
		for _, file := range files {
			if name := first(`(?m)^(\w+)\s*=\s*(?:`+classes+`)\(`, read(fsys, file), ""); name != "" {
				return strings.TrimSuffix(file, ".py") + ":" + name
			}
		}
	}
	return "app:app"
}
