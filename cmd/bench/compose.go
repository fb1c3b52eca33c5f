package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// manyByCompose has compose create the services, and remove them again.
func (b *bench) manyByCompose(ctx context.Context) (cost, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "name: %s-compose\nservices:\n", prefix)
	for n := range manyServices {
		fmt.Fprintf(&text, "  s%02d:\n    image: %s\n    command: [worker]\n    environment: {TICK: 1h}\n    labels: {%s: \"\"}\n", n, appImage, floorName)
	}
	path := filepath.Join(b.dir, "compose.yaml")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		return cost{}, err
	}
	c := b.command(manyDir)
	used, err := measured(ctx, c, "docker", "compose", "-f", path, "up", "-d")
	_, removing := measured(context.WithoutCancel(ctx), c, "docker", "compose", "-f", path, "down", "--timeout", "1")
	return used, errors.Join(err, removing)
}
