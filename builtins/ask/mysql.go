package ask

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/go-sql-driver/mysql"
)

// stays are MySQL's numbers of what asking again does not mend: who may not come in (1044, 1045, 1698), what is no SQL
// (1064), what may not be asked (1142, 1143), and what would change something (1792).
var stays = []uint16{1044, 1045, 1064, 1142, 1143, 1698, 1792}

// mysql asks MySQL or MariaDB.
func (d Database) mysql(ctx context.Context, query string, out *Rows) Failure {
	config := mysql.NewConfig()
	config.Net, config.Addr, config.User, config.Passwd, config.DBName = "tcp", d.At(), d.user, d.secret, d.name
	config.TLSConfig, config.Timeout, config.Logger = d.tls, connectLimit, silent{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return Failure{Why: d.At() + ": the database's URL has something that MySQL does not take", Final: true}
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	transaction, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return d.mysqlFailure(ctx, err)
	}
	defer func() { _ = transaction.Rollback() }()
	rows, err := transaction.QueryContext(ctx, query)
	if err != nil {
		return d.mysqlFailure(ctx, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return d.mysqlFailure(ctx, err)
	}
	out.Columns = len(columns)
	for len(out.Rows) < keptRows && rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return d.mysqlFailure(ctx, err)
		}
		var row []Value
		for _, v := range values {
			row = append(row, Value{Text: clip(v.String), Null: !v.Valid})
		}
		out.Rows = append(out.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return d.mysqlFailure(ctx, err)
	}
	return Failure{}
}

func (d Database) mysqlFailure(ctx context.Context, err error) Failure {
	var said *mysql.MySQLError
	if errors.As(err, &said) && ctx.Err() == nil {
		return Failure{Why: d.At() + ": " + d.hide(said.Message), Final: slices.Contains(stays, said.Number)}
	}
	if errors.Is(err, mysql.ErrInvalidConn) {
		return Failure{Why: d.At() + ": the connection was closed"}
	}
	return failed(ctx, d.At(), err)
}

// silent keeps the driver from writing to standard error, which is the helper's.
type silent struct{}

func (silent) Print(...any) {}
