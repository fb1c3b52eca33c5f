package main_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
)

// get returns the body of an answer, of any status, on a connection of its own.
func get(url string) (string, error) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// proxyImage is the edge's image: the environment's, or the local one where the engine has it.
func proxyImage(t testing.TB, e engine.Reader) string {
	t.Helper()
	if image := os.Getenv("RECIPE_PROXY_IMAGE"); image != "" {
		return image
	}
	const local = "recipe/haproxy:local"
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if _, err := e.Image(ctx, local); err != nil {
		return ""
	}
	return local
}

// unique is a word for names. A run of make proof has its number in all of them, to find them by.
func unique() string { return os.Getenv("RECIPE_PROOF") + strings.ToLower(rand.Text()[:10]) }

func freePort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// sweep removes every object that carries the labels.
func sweep(t testing.TB, e engine.Engine, labels map[string]string) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	check := func(err error) {
		if err != nil && !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("cleaning up: %v", err)
		}
	}
	containers, err := e.Containers(ctx, labels)
	check(err)
	for _, c := range containers {
		check(e.RemoveContainer(ctx, c.ID))
	}
	networks, err := e.Networks(ctx, labels)
	check(err)
	for _, n := range networks {
		check(e.RemoveNetwork(ctx, n.Name))
	}
	volumes, err := e.Volumes(ctx, labels)
	check(err)
	for _, v := range volumes {
		check(helper.RemoveUnused(ctx, e, v.Name))
	}
	images, err := e.Images(ctx, labels)
	check(err)
	for _, i := range images {
		for _, tag := range i.Tags {
			check(e.RemoveImage(ctx, tag))
		}
	}
}

// forget removes the helper's image that a test's own build has brought to the engine.
func forget(t testing.TB, e engine.Engine, binary string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ref, err := helper.Image(binary)
	if err == nil {
		err = e.RemoveImage(ctx, ref)
	}
	if err != nil && !errors.Is(err, engine.ErrInUse) {
		t.Errorf("cleaning up: %v", err)
	}
}
