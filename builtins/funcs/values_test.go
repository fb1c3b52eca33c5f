package funcs

import "testing"

// What functions give where the examples of their documentation do not tell: edges, nulls, Unicode, unknown and
// sensitive values. Results of Terraform's own documentation are among them.
func TestValues(t *testing.T) {
	ctx := scope(inputs(t))
	for _, test := range []struct{ call, want string }{
		// numbers
		{`abs(-0)`, `0`}, {`ceil(-0.5)`, `0`}, {`floor(1e30)`, `1e30`}, {`max(-1)`, `-1`}, {`max(1, 2.5, -3)`, `2.5`},
		{`log(1, 10)`, `0`}, {`pow(2, -1)`, `0.5`}, {`pow(1, 0)`, `1`}, {`signum(-1e30)`, `-1`}, {`abs("-5")`, `5`},
		{`parseint("z", 62)`, `35`}, {`parseint("100000000000000000000000000", 10)`, `100000000000000000000000000`},
		{`parseint("1011111011101111", 2)`, `48879`}, {`sum([2340.5, 10, 3])`, `2353.5`}, {`sum(["1", 2])`, `3`}, {`sum(toset([1, 2, 3]))`, `6`},
		// texts
		{`chomp("a\n\r\n")`, `"a"`}, {`chomp("")`, `""`}, {`endswith("a", "")`, `true`}, {`startswith("", " ")`, `false`},
		{`format("Hello, %s!", "Ander")`, `"Hello, Ander!"`}, {`format("%d%%", 50)`, `"50%"`}, {`format("%5s|%-5s|", "ü", "é")`, `"    ü|é    |"`},
		{`format("%[2]s %[1]s", "a", "b")`, `"b a"`}, {`format("%x %X %o %b %e", 255, 255, 8, 5, 12345.678)`, `"ff FF 10 101 1.234568e+04"`}, {`format("%t %q", true, "a\"b")`, `"true \"a\\\"b\""`},
		{`format("%v %v", null, ["a"])`, `"null [\"a\"]"`}, {`format("%s", 1.5)`, `"1.5"`},
		{`formatlist("%s, %s!", "Hi", ["A", "B"])`, `tolist(["Hi, A!", "Hi, B!"])`}, {`length(formatlist("%s", []))`, `0`},
		{`indent(2, "")`, `""`}, {`"  items: ${indent(2, "[\n  foo,\n  bar,\n]\n")}"`, `"  items: [\n    foo,\n    bar,\n  ]\n  "`},
		{`join("", [])`, `""`}, {`join(", ", ["foo"])`, `"foo"`}, {`lower("ÅΣ")`, `"åσ"`}, {`upper("straße")`, `"STRAßE"`},
		{`split(",", "")`, `tolist([""])`}, {`split("", "ab")`, `tolist(["a", "b"])`}, {`strrev("1̃2")`, `"21̃"`},
		{`substr("🤔🤷", 0, 1)`, `"🤔"`}, {`substr("abc", 5, 1)`, `""`}, {`substr("abc", 1, 100)`, `"bc"`}, {`strlen("👨‍👩‍👧")`, `1`},
		{`title("élan vital")`, `"Élan Vital"`}, {`trim("foobar", "far")`, `"oob"`}, {`trimprefix("hello", "cat")`, `"hello"`}, {`trimsuffix("", "x")`, `""`},
		{`sanitize("ä b")`, `"__b"`}, {`bytesslice("héllo", 1, 2)`, `"é"`}, {`strcontains("hello", "")`, `true`},
		// patterns
		{`regex("^(?:(?P<scheme>[^:/?#]+):)?(?://(?P<authority>[^/?#]*))?", "https://terraform.io/docs/")`, `{ authority = "terraform.io", scheme = "https" }`},
		{`regex("(\\d\\d\\d\\d)-(\\d\\d)-(\\d\\d)", "2019-02-01")`, `["2019", "02", "01"]`}, {`regex("(a)|(b)", "b")`, `[null, "b"]`},
		{`regexall("(\\d+)([a-z]+)", "...111aaa222bbb...")`, `[["111", "aaa"], ["222", "bbb"]]`}, {`length(regexall("[a-z]+", "123"))`, `0`},
		{`replace("hello", "/(l)(l)/", "$2-$${1}")`, `"hel-lo"`}, {`replace("a/b", "/", "-")`, `"a-b"`}, {`replace("abc", "", "-")`, `"-a-b-c-"`}, {`replace("helo", "//", "x")`, `"xhxexlxox"`},
		{`regex_replace("foo", "o", "$$")`, `"f$$"`}, {`semvercmp("1.2.3-beta.1", ">= 1.2.0")`, `false`}, {`semvercmp("1.4.0", "~1.2 || >= 1.4")`, `true`},
		// collections
		{`alltrue([true, null])`, `false`}, {`alltrue([dynamic, false])`, `false`}, {`anytrue([unknown == "a", true])`, `true`}, {`anytrue([null])`, `false`},
		{`chunklist([], 2)`, `[]`}, {`chunklist([1, 2], 0)`, `[[1, 2]]`}, {`coalesce("a", "b")`, `"a"`}, {`coalesce(1, "b")`, `"1"`}, {`coalesce(null, 0)`, `0`},
		{`coalescelist(tolist([]), tolist(["c"]))`, `tolist(["c"])`}, {`compact([null, ""])`, `[]`}, {`concat([], ["a"], tolist(["b"]))`, `["a", "b"]`}, {`contains([], 1)`, `false`},
		{`contains(toset(["a"]), "a")`, `true`}, {`distinct([])`, `[]`}, {`distinct([1, 1.0, "1"])`, `["1"]`}, {`element(["a", "b"], -3)`, `"b"`}, {`element(["a"], 1e9)`, `"a"`},
		{`flatten([["a", "b"], [], ["c"]])`, `["a", "b", "c"]`}, {`flatten([[["a", "b"], []], ["c"]])`, `["a", "b", "c"]`}, {`index([1, "1"], "1")`, `1`},
		{`keys({})`, `[]`}, {`length("")`, `0`}, {`length(secrets)`, `2`}, {`length([unknown])`, `1`}, {`length(toset(["a", "a"]))`, `1`}, {`length("a\r\nb")`, `3`},
		{`lookup({ a = 1 }, "a")`, `1`}, {`lookup({ a = 1 }, "b", null) == null`, `true`}, {`lookup(tomap({ a = 1 }), "b", "2")`, `2`}, {`lookup({ a = key }, "a", "")`, `sensitive("k3y")`}, {`lookup({ a = key, b = "c" }, "b")`, `"c"`}, {`lookup(tomap({}), "b", null)`, `null`}, {`lookup({ a = 1 }, unknown, 2)`, ``},
		{`matchkeys(["a", "b", "c"], [1, 2, 3], [1, "3"])`, `tolist(["a", "c"])`}, {`matchkeys(["a"], ["x"], [])`, `[]`}, {`matchkeys([], [], ["a"])`, `[]`},
		{`merge()`, `{}`}, {`merge({ a = { b = 1 } }, { a = { c = 2 } })`, `{ a = { c = 2 } }`}, {`merge(null, { a = 1 })`, `{ a = 1 }`}, {`merge({ a = 1 }, { a = null })`, `{ a = null }`},
		{`one(toset(["a"]))`, `"a"`}, {`one(tolist([]))`, `null`}, {`range(0)`, `[]`}, {`range(10, 5, -2)`, `[10, 8, 6]`}, {`range(0.5)`, `[0]`}, {`range(1, 1)`, `[]`},
		{`reverse([])`, `[]`}, {`reverse(["a", true, 0])`, `[0, true, "a"]`}, {`slice(["a", "b"], 2, 2)`, `[]`}, {`sort(["10", "9", "B", "a", "Z"])`, `["10", "9", "B", "Z", "a"]`}, {`sort([])`, `[]`},
		{`transpose({})`, `{}`}, {`transpose({ a = [] })`, `{}`}, {`values({})`, `[]`}, {`zipmap([], [])`, `{}`}, {`zipmap(["a", "a"], [1, 2])`, `{ a = 2 }`},
		// sets
		{`setintersection(["a"], [])`, `[]`}, {`setintersection([1], ["1"])`, `toset(["1"])`}, {`setproduct([], ["a"])`, `[]`}, {`setproduct(toset(["b", "a"]), toset(["x"]))`, `toset([["a", "x"], ["b", "x"]])`},
		{`setproduct(["staging", "production"], ["a", 2])`, `[["staging", "a"], ["staging", "2"], ["production", "a"], ["production", "2"]]`}, {`setsubtract([], ["a"])`, `[]`}, {`setunion([])`, `[]`},
		// encodings
		{`base64encode("")`, `""`}, {`base64decode("YWJjMTIzIT8kKiYoKSctPUB+")`, `"abc123!?$*&()'-=@~"`}, {`csvdecode("a,b\n\"x,y\",\"z\"\"\"")`, `[{ a = "x,y", b = "z\"" }]`}, {`csvdecode("a,b")`, `[]`}, {`csvdecode("ü\nß\n")[0]["ü"]`, `"ß"`},
		{`jsondecode("null")`, `null`}, {`jsondecode(" {\"a\": 1.50} ").a`, `1.5`}, {`jsonencode("<&>")`, `"\"\\u003c\\u0026\\u003e\""`}, {`jsonencode(1e30)`, `"1000000000000000000000000000000"`}, {`jsonencode(null)`, `"null"`}, {`jsonencode(toset(["b", "a"]))`, `"[\"a\",\"b\"]"`},
		{`textencodebase64("é", "ISO-8859-1")`, `"6Q=="`}, {`urlencode("Hello World!")`, `"Hello+World%21"`}, {`urlencode("☃")`, `"%E2%98%83"`},
		{`yamldecode("true")`, `true`}, {`yamldecode("key: 0ba").key`, `"0ba"`}, {`yamldecode("~")`, `null`}, {`yamldecode("{a: &foo [1, 2, 3], b: *foo}")`, `{ a = [1, 2, 3], b = [1, 2, 3] }`}, {`yamldecode("{a: 1.5, b: 0x1f}")`, `{ a = 1.5, b = 31 }`},
		{`yamlencode(["foo", "bar", true])`, `"- \"foo\"\n- \"bar\"\n- true\n"`}, {`yamlencode(true)`, `"true\n...\n"`}, {`yamlencode({ foo = { bar = ["baz"] } })`, `"\"foo\":\n  \"bar\":\n  - \"baz\"\n"`},
		// digests and keys
		{`md5("hello world")`, `"5eb63bbbe01eeed093cb22bb8f5acdc3"`}, {`sha1("hello world")`, `"2aae6c35c94fcfb415dbe95f408b9ce91ee846ed"`}, {`base64sha256("hello world")`, `"uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="`},
		{`sha256("")`, `"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`}, {`uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "tada")`, `"faa898db-9b9d-5b75-86a9-149e7bb8e3b8"`}, {`uuidv5("x500", "tada")`, `"7e12415e-f7c9-57c3-9e43-52dc9950d264"`},
		// networks
		{`cidrhost("10.12.112.0/20", 268)`, `"10.12.113.12"`}, {`cidrhost("fd00::/64", 18446744073709551615)`, `"fd00::ffff:ffff:ffff:ffff"`}, {`cidrnetmask("0.0.0.0/0")`, `"0.0.0.0"`}, {`cidrsubnet("10.1.2.0/24", 4, 15)`, `"10.1.2.240/28"`}, {`cidrsubnet("10.0.0.0/8", 0, 0)`, `"10.0.0.0/8"`},
		{`cidrsubnet("2001:db8::/32", 32, 4294967295)`, `"2001:db8:ffff:ffff::/64"`}, {`cidrsubnets("10.0.0.0/8")`, `[]`}, {`cidrsubnets("fd00:fd12:3456:7890::/56", 16, 16)`, `["fd00:fd12:3456:7800::/72", "fd00:fd12:3456:7800:100::/72"]`},
		// time
		{`formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z")`, `"Tuesday, 02-Jan-18 23:12:01 UTC"`}, {`formatdate("YYYY-MM-DD'T'hh:mm:ssZ", "2018-01-02T23:12:01-08:00")`, `"2018-01-02T23:12:01-08:00"`}, {`formatdate("", "2018-01-02T23:12:01Z")`, `""`},
		{`timeadd("2024-02-28T12:00:00+02:00", "24h")`, `"2024-02-29T12:00:00+02:00"`}, {`timeadd("2017-11-22T00:00:00Z", "-1s")`, `"2017-11-21T23:59:59Z"`}, {`unixtimestampparse(0).year_day`, `1`}, {`unixtimestampparse(1690328596).iso_week`, `30`}, {`formattimestamp("X", 0)`, `"0"`},
		// files and paths
		{`file("${path.module}/hello.txt")`, `"hello\n"`}, {`file("./sub/../hello.txt")`, `"hello\n"`}, {`file("inner.txt")`, `"hello\n"`}, {`filebase64("bytes.bin")`, `"//4="`}, {`filemd5("bytes.bin")`, `"f3b25701fe362ec84616a93a45ce9998"`},
		{`fileset("none", "*")`, `[]`}, {`fileset(".", "**/*.conf")`, `toset(["conf/a.conf", "conf/sub/b.conf"])`}, {`fileset("${path.module}/conf", "{a,b}.conf")`, `toset(["a.conf"])`}, {`fileset(".", "conf")`, `[]`}, {`fileset("conf", "./a.conf")`, `toset(["a.conf"])`},
		{`basename("")`, `"."`}, {`basename("/a/")`, `"a"`}, {`dirname("a")`, `"."`}, {`dirname("/")`, `"/"`}, {`abspath(".") == path.module`, `true`}, {`pathexpand("a~")`, `"a~"`}, {`pathexpand("~") == homedir()`, `true`},
		// templates
		{`templatefile("loop.tftpl", { list = ["a", "b"] })`, `"[A][B]"`}, {`templatefile("hello.tftpl", { name = key })`, `sensitive("hello k3y\n")`}, {`templatefile("reads.tftpl", {})`, `"hello\n"`}, {`templatefile("value.tftpl", { list = [1, 2] })`, `[1, 2]`}, {`templatefile("hello.tftpl", tomap({ name = "x" }))`, `"hello x\n"`},
		{`templatestring("$${upper(a)}%%{ if true }!%%{ endif }", { a = "b" })`, `"B!"`}, {`templatestring("plain", {})`, `"plain"`}, {`templatestring("$${1}", {})`, `"1"`}, {`templatestring(key, {})`, `sensitive("k3y")`}, {`templatefile("hello.tftpl", { name = unknown })`, ``}, {`templatestring(unknown, {})`, ``},
		// deployment
		{`env("SET")`, `"of SET"`}, {`env("UNSET", null) == null`, `true`}, {`gitrevision()`, `"0123456789abcdef0123456789abcdef01234567"`}, {`contextdigest("conf") == contextdigest("${path.module}/conf")`, `true`}, {`contextdigest("conf") == contextdigest("conf/sub")`, `false`},
		// types and errors
		{`can(file("none"))`, `false`}, {`can(unknown)`, ``}, {`try(file("none"), "x")`, `"x"`}, {`try(unknown, "x")`, ``}, {`try(null, "x")`, `null`}, {`try(key)`, `sensitive("k3y")`}, {`convert({ a = "1" }, object({ a = number }))`, `{ a = 1 }`},
		{`tobool("false")`, `false`}, {`tolist(toset(["b", "a"]))`, `["a", "b"]`}, {`tolist([])`, `[]`}, {`tomap({})`, `{}`}, {`tonumber("1e3")`, `1000`}, {`tonumber(null)`, `null`}, {`toset([])`, `[]`}, {`tostring(1e20)`, `"100000000000000000000"`}, {`tostring(null)`, `null`}, {`tostring(0.1)`, `"0.1"`},
		{`nonsensitive("plain")`, `"plain"`}, {`nonsensitive(key)`, `"k3y"`}, {`issensitive(unknown)`, ``}, {`issensitive(sensitive(unknown))`, `true`}, {`sensitive(null) == null`, `sensitive(true)`}, {`ephemeralasnull(key)`, `key`},
	} {
		check(t, ctx, test.call, test.want)
	}
}
