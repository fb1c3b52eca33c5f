package syntax

import (
	"github.com/hashicorp/hcl/v2"
)

func boundNative(src []byte, name string) hcl.Diagnostics { return nil }
func boundJSON(src []byte, name string) hcl.Diagnostics   { return nil }
