package funcs

import (
	"fmt"
	"math/big"
	"net"
	"net/netip"

	"github.com/apparentlymart/go-cidr/cidr"
	ctycidr "github.com/hashicorp/go-cty-funcs/cidr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

func networks() []Func {
	prefix := "prefix: a range of addresses, such as 10.0.0.0/8 or fd00::/48"
	return []Func{
		{Name: "cidrhost", Doc: "Gives an address of a range by its number.",
			Params:   []string{prefix, "number: which one, counted from 0; negative counts from the end"},
			Examples: []Example{{`cidrhost("10.12.112.0/20", 16)`, `"10.12.112.16"`}, {`cidrhost("10.12.112.0/20", -1)`, `"10.12.127.255"`}, {`cidrhost("fd00:fd12:3456:7890:00a2::/72", 34)`, `"fd00:fd12:3456:7890::22"`}},
			Func:     host()},
		{Name: "cidrnetmask", Doc: "Gives the netmask of a range of IPv4 addresses.",
			Params:   []string{"prefix: the range, such as 10.0.0.0/8"},
			Examples: []Example{{`cidrnetmask("172.16.0.0/12")`, `"255.240.0.0"`}},
			Func:     ctycidr.NetmaskFunc, Check: checkIPv4},
		{Name: "cidrsubnet", Doc: "Gives a part of a range of addresses.",
			Params:   []string{prefix, "newbits: how many bits longer its prefix is, 32 at most", "number: which of the parts of that size, counted from 0"},
			Examples: []Example{{`cidrsubnet("172.16.0.0/12", 4, 2)`, `"172.18.0.0/16"`}, {`cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)`, `"fd00:fd12:3456:7800:a200::/72"`}},
			Func:     subnet()},
		{Name: "cidrsubnets", Doc: "Gives parts of a range of addresses that follow each other.",
			Params:   []string{prefix, "newbits: how many bits longer the prefix of each is, from 1 to 32"},
			Examples: []Example{{`cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)`, `tolist(["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24", "10.1.48.0/20"])`}},
			Func:     ctycidr.SubnetsFunc, Check: checkSubnets},
	}
}

func parsePrefix(v cty.Value) (*net.IPNet, error) {
	_, network, err := net.ParseCIDR(v.AsString())
	if err != nil {
		return nil, function.NewArgErrorf(0, "%q is not a range of addresses, such as 10.0.0.0/8", v.AsString())
	}
	return network, nil
}

func checkIPv4(args []cty.Value) error {
	if p, err := netip.ParsePrefix(args[0].AsString()); err == nil && !p.Addr().Is4() {
		return function.NewArgErrorf(0, "IPv6 has no netmasks; a range of IPv4 addresses is required")
	}
	_, err := parsePrefix(args[0])
	return err
}

func checkSubnets(args []cty.Value) error {
	if _, err := parsePrefix(args[0]); err != nil {
		return err
	}
	for i, bits := range args[1:] {
		if n := 1; bits.IsKnown() && !bits.IsNull() {
			if n = whole(bits); n < 1 || n > 32 {
				return function.NewArgErrorf(i+1, "a whole number from 1 to 32 is required")
			}
		}
	}
	return nil
}

// bigWhole is a number as an integer of any size, since ranges of IPv6 have more addresses than 64 bits count.
func bigWhole(i int, v cty.Value) (*big.Int, error) {
	f := v.AsBigFloat()
	if f.IsInf() || !f.IsInt() {
		return nil, function.NewArgErrorf(i, "a whole number is required")
	}
	n, _ := f.Int(nil)
	return n, nil
}

func host() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "number", Type: cty.Number}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			network, err := parsePrefix(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			number, err := bigWhole(1, args[1])
			if err != nil {
				return cty.NilVal, err
			}
			ip, err := cidr.HostBig(network, number)
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(1, "the range %s has no address of that number", network)
			}
			return cty.StringVal(ip.String()), nil
		},
	})
}

func subnet() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "prefix", Type: cty.String}, {Name: "newbits", Type: cty.Number}, {Name: "number", Type: cty.Number},
		},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			network, err := parsePrefix(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			ones, size := network.Mask.Size()
			bits := whole(args[1])
			if most := min(32, size-ones); bits < 0 || bits > most {
				return cty.NilVal, function.NewArgErrorf(1, "a whole number from 0 to %d is required, as %s leaves no more", most, network)
			}
			number, err := bigWhole(2, args[2])
			if err != nil {
				return cty.NilVal, err
			}
			part, err := cidr.SubnetBig(network, bits, number)
			if err != nil {
				return cty.NilVal, function.NewArgError(2, fmt.Errorf("%d more bits give no part of that number", bits))
			}
			return cty.StringVal(part.String()), nil
		},
	})
}
