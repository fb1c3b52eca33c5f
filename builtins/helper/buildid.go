package helper

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// binaryFile is a binary that can be a helper.
type binaryFile struct {
	path string
	arch string // in Go's words
	tag  string // of the helper's image
}

// inspect reads what a binary is out of its headers, a millisecond's work. The linker's build ID covers all
// that went into it, so it serves as the version, also of a build from a dirty tree; hashing 30 MB at each
// start would take 60 ms.
func inspect(path string) (binaryFile, error) {
	file, err := elf.Open(path)
	var format *elf.FormatError
	if errors.As(err, &format) {
		return binaryFile{}, fmt.Errorf("this build of recipe is for %s/%s and carries no helper for an engine, which needs linux: use a release build, or run recipe on Linux", runtime.GOOS, runtime.GOARCH)
	}
	if err != nil {
		return binaryFile{}, fmt.Errorf("reading the binary to bring to the engine: %w", err)
	}
	defer file.Close()
	found := binaryFile{path: path, arch: machines[file.Machine]}
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			return binaryFile{}, fmt.Errorf("%s is linked dynamically and cannot run from an image of its own: build it with CGO_ENABLED=0", path)
		}
	}
	id := buildID(file)
	if len(id) == 0 {
		if id, err = contentID(path); err != nil {
			return binaryFile{}, fmt.Errorf("reading the binary to bring to the engine: %w", err)
		}
	}
	sum := sha256.Sum256(id)
	found.tag = helperImage + ":" + hex.EncodeToString(sum[:6])
	return found, nil
}

var machines = map[elf.Machine]string{
	elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64", elf.EM_386: "386", elf.EM_ARM: "arm",
	elf.EM_RISCV: "riscv64", elf.EM_S390: "s390x", elf.EM_PPC64: "ppc64le", elf.EM_LOONGARCH: "loong64",
}

// buildID reads the note that Go's linker leaves: lengths of name and content, a type, the name "Go" and the ID.
func buildID(file *elf.File) []byte {
	section := file.Section(".note.go.buildid")
	if section == nil {
		return nil
	}
	data, err := section.Data()
	if err != nil || len(data) < 16 || !bytes.Equal(data[12:16], []byte("Go\x00\x00")) {
		return nil
	}
	length := int(binary.LittleEndian.Uint32(data[4:]))
	if length > len(data)-16 {
		return nil
	}
	return data[16 : 16+length]
}

func contentID(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	return sum.Sum(nil), err
}
