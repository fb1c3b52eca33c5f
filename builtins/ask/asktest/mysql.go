package asktest

import (
	"context"
	"database/sql"
	"fmt"
	"os/exec"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// MySQL is a MariaDB server.
type MySQL struct {
	*server
	Port int
}

// NewMySQL starts a server with the database app, which the user gate may read.
func NewMySQL(t testing.TB) *MySQL {
	t.Helper()
	daemon, err := exec.LookPath("mariadbd")
	if err != nil {
		daemon, err = exec.LookPath("/usr/sbin/mariadbd")
	}
	install, none := exec.LookPath("mariadb-install-db")
	if err != nil || none != nil {
		missing(t, "MariaDB")
	}
	m := &MySQL{server: newServer(t, ""), Port: Port(t)}
	m.do(install, "--no-defaults", "--datadir="+m.path("data"), "--user=root", "--auth-root-authentication-method=normal", "--skip-test-db")
	setup := m.write("setup.sql", "CREATE DATABASE app;\nCREATE TABLE app.jobs (id INT PRIMARY KEY, name TEXT, done BOOLEAN);\n"+
		"INSERT INTO app.jobs VALUES (1, 'one', TRUE), (2, NULL, FALSE);\n"+
		"CREATE USER gate@'%' IDENTIFIED BY '"+Password+"';\nGRANT SELECT, INSERT ON app.* TO gate@'%';\n")
	m.start(m.answers, daemon, "--no-defaults", "--datadir="+m.path("data"), "--user=root", "--port="+fmt.Sprint(m.Port),
		"--socket="+m.path("socket"), "--bind-address=127.0.0.1", "--skip-name-resolve", "--init-file="+setup,
		"--innodb-buffer-pool-size=8M", "--innodb-flush-log-at-trx-commit=0", "--performance-schema=OFF")
	return m
}

func (m *MySQL) answers() error {
	config := mysql.NewConfig()
	config.Net, config.Addr, config.User, config.Passwd, config.DBName = "tcp", fmt.Sprintf("127.0.0.1:%d", m.Port), "gate", Password, "app"
	config.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	return db.PingContext(context.Background())
}

// URL is how the user gate reaches the server, with the password.
func (m *MySQL) URL() string { return url("mysql", "gate", escaped, "127.0.0.1", m.Port, "app") }
