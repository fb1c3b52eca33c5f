package funcs

import (
	"strings"
	"testing"
)

// What functions refuse, with what they say.
func TestErrors(t *testing.T) {
	ctx := scope(inputs(t))
	for _, test := range []struct{ call, want string }{
		// nulls, types and counts, which hold for all
		{`abs(null)`, `"number" parameter: argument must not be null`}, {`upper([])`, `"text" parameter: string required`}, {`substr("a", 0)`, `Missing value for "length"`},
		{`env("A", "b", "c")`, "there is one argument too many; 2 are all that it takes"}, {`bcrypt("a", 4, 5)`, "one argument too many"}, {`lookup({}, "a", 1, 2)`, "one argument too many"},
		// numbers
		{`log(-1, 10)`, "the result is not a number"}, {`pow(-1, 0.5)`, "the result is not a number"}, {`parseint("x", 10)`, `cannot parse "x"`}, {`parseint("1", 63)`, "between 2 and 62"}, {`max()`, "at least one number"},
		{`sum([])`, "there is nothing to add up"}, {`sum(["a"])`, "all elements must be numbers"}, {`sum({})`, "a list or set of numbers is required"}, {`sum([null])`, "all elements must be numbers"}, {`divide(0, 0)`, "divide zero by zero"},
		// texts and patterns
		{`format("%d", "a")`, "a number is required"}, {`format("%s")`, "not enough arguments"}, {`format("a", 1)`, "too many arguments"}, {`format("%z", 1)`, "unsupported format verb"}, {`indent(-3, "a")`, "not negative"}, {`join(",")`, "at least one list"}, {`join(",", [null])`, "element 0 is null"},
		{`bytesslice("a", 2, 0)`, "a whole number from 0 to 1 is required"}, {`bytesslice("é", 0, 1)`, "not text in UTF-8"}, {`formatlist("%s%s", ["a"], ["a", "b"])`, "inconsistent"},
		{`regex("(", "a")`, `"(" is no regular expression: missing closing )`}, {`regexall("[", "a")`, "is no regular expression"}, {`regex("b", "a")`, "did not match"}, {`replace("a", "/(/", "b")`, "is no regular expression"}, {`regex_replace("a", "*", "b")`, "missing argument to repetition operator"},
		{`semvercmp("x", "1")`, `"x" is not a version`}, {`semvercmp("1.0", "~~>")`, `"~~>" is not a constraint`},
		// collections
		{`chunklist(["a"], -1)`, "must be positive"}, {`coalesce()`, "must have the same type"}, {`coalesce("", null)`, "no non-null, non-empty-string"}, {`element([], 0)`, "empty list"}, {`index(["a"], "b")`, "it is not in the list"}, {`index({}, "b")`, "a list is required"},
		{`length(1)`, "a collection or a text is required"}, {`lookup({}, "a")`, `there is no key "a"`}, {`lookup([], "a", 1)`, "a map or object is required"}, {`lookup(tomap({ a = 1 }), "b", "x")`, "must be of the same type"},
		{`matchkeys(["a"], ["b", "c"], ["d"])`, "as many keys as values"}, {`one([1, 2])`, "one element at most"}, {`one("a")`, "a list or set of one element"}, {`range(1, 2, 0)`, "the step must not be 0"}, {`range(2000)`, "more than 1024 values"},
		{`slice(["a"], 1, 0)`, "must not be greater than end index"}, {`sort([null])`, "null"}, {`transpose({ a = [null] })`, "null"}, {`zipmap(["a"], [])`, "does not match"}, {`setproduct(["a"])`, "at least two"}, {`merge(null, 17)`, "a map or object is required"}, {`hasindex(1, 1)`, "must be a list, a map or a tuple"},
		// encodings and digests
		{`base64decode("//4=")`, "not text in UTF-8"}, {`base64decode("?")`, "is not base64"}, {`csvdecode("")`, "missing header line"}, {`csvdecode("a,b\n1")`, "line 2"}, {`csvdecode("a,a\n")`, `duplicate column name "a"`},
		{`jsondecode("{\n \"a\": x}")`, `it is not JSON: 'x' cannot stand in line 2, column 7`}, {`jsondecode("[1")`, "ends too early"}, {`jsondecode("")`, "ends too early"}, {`jsondecode("1 2")`, "line 1, column 3"}, {`yamldecode("a: b: c")`, "it is not YAML: "}, {`yamldecode("*a")`, "unknown anchor"}, {`yamldecode("a\n---\nb")`, "more than one document"},
		{`textencodebase64("☃", "ISO-8859-1")`, "characters that ISO-8859-1 has not"}, {`textencodebase64("a", "klingon")`, `"klingon" is no character encoding`}, {`textdecodebase64("AA==", "UTF-16LE")`, "is not text in UTF-16LE"},
		{`bcrypt("a", 3)`, "from 4 to 31"}, {`bcrypt(format("%073d", 1))`, "72 bytes at most"}, {`uuidv5("x", "y")`, `"x" is neither "dns"`}, {`rsadecrypt("?", "")`, "is not base64"}, {`rsadecrypt("aGk=", "key")`, "not an RSA private key"},
		// networks and time
		{`cidrhost("x", 1)`, `"x" is not a range of addresses`}, {`cidrhost("10.0.0.0/30", 4)`, "10.0.0.0/30 has no address of that number"}, {`cidrhost("10.0.0.0/30", 0.5)`, "a whole number is required"}, {`cidrnetmask("fd00::/8")`, "IPv6 has no netmasks"}, {`cidrnetmask("a")`, "is not a range"},
		{`cidrsubnet("10.0.0.0/30", 3, 0)`, "from 0 to 2"}, {`cidrsubnet("10.0.0.0/8", 1, 2)`, "no part of that number"}, {`cidrsubnets("10.0.0.0/31", 1, 1, 1)`, "not enough remaining address space"}, {`cidrsubnets("10.0.0.0/31", 0)`, "from 1 to 32"}, {`cidrsubnets("10.0.0.0/31", 9)`, "too long for an IPv4 address"},
		{`formatdate("YYYY", "today")`, `"time" parameter: "today" is not a time`}, {`formatdate("Q", "2018-01-02T23:12:01Z")`, "invalid date format verb"}, {`timeadd("2018-01-02T23:12:01Z", "1 day")`, `"1 day" is not a duration`}, {`timecmp("2018-01-02T23:12:01Z", "x")`, `"b" parameter: "x" is not a time`}, {`formattimestamp("X", true)`, "seconds since 1970"}, {`unixtimestampparse(1e300)`, "years 0 to 9999"}, {`unixtimestampparse(0.5)`, "a whole number"},
		// files
		{`file("../outside.txt")`, `"../outside.txt" is outside the recipe's directory, where functions cannot read; copy it there, or name its directory with --allow-files`}, {`file("/etc/passwd")`, "is outside the recipe's directory"}, {`file("~/me.txt")`, "is outside"}, {`file("~root/x")`, "home directory of a user"}, {`file("a\u0000")`, "is not a path"},
		{`file("link.txt")`, `"link.txt" is a link that leads out of the directory`}, {`fileexists("../outside.txt")`, "is outside"}, {`fileexists("conf")`, `"conf" is a directory, not a file`}, {`file("none.txt")`, `there is no "none.txt" in the recipe's directory`}, {`file(".")`, `"." is a directory`}, {`file("bytes.bin")`, "is not text in UTF-8; use filebase64"}, {`filesha256("none")`, "there is no \"none"},
		{`fileset("..", "*")`, "is outside"}, {`fileset(".", "../*")`, "leads out of the directory"}, {`fileset(".", "/etc/*")`, "leads out of the directory"}, {`fileset(".", "[")`, "it is no pattern"},
		{`contextdigest("hello.txt")`, "is not a directory"}, {`contextdigest("none")`, "there is no \"none"}, {`contextdigest("..")`, "is outside"},
		// templates
		{`templatefile("hello.tftpl", {})`, `hello.tftpl reads "name" in line 1, which is not among them`}, {`templatefile("hello.tftpl", [])`, "an object of the template's values is required"}, {`templatefile("self.tftpl", {})`, "There is no function named"}, {`templatefile("broken.tftpl", {})`, "broken.tftpl line 2"}, {`templatefile("none", {})`, "there is no \"none"}, {`templatefile("hello.tftpl", { "a b" = 1 })`, `"a b" is not a name`},
		{`templatestring("$${file(\"hello.txt\")}", {})`, "files cannot be read here"}, {`templatestring("$${", {})`, "the template line 1"}, {`templatestring("$${x}", { x = [] })`, "the template gives no text"}, {`templatestring("$${x}", { x = null })`, "gives no text"},
		// deployment, types and errors
		{`env("UNSET")`, "the environment variable UNSET is not set"}, {`tonumber("a")`, "a number is required"}, {`tobool("yes")`, "a bool is required"}, {`tolist({})`, "list"}, {`toset(1)`, "set"}, {`try()`, "an expression to try is required"}, {`try(file("none"), tonumber("x"))`, `there is no "none"`}, {`convert("a", number)`, "a number is required"},
		// what is sensitive is not told
		{`file(key)`, "what is wrong is withheld, since an argument is sensitive"}, {`tonumber(key)`, "is withheld"}, {`lookup({}, key)`, "is withheld"}, {`index(["a"], key)`, "is withheld"},
	} {
		_, diags := eval(t, ctx, test.call)
		if !diags.HasErrors() {
			t.Errorf("%s: no error", test.call)
		} else if text := diags.Error(); !strings.Contains(text, test.want) || strings.Contains(text, "k3y") {
			t.Errorf("%s: %s, want %s", test.call, text, test.want)
		}
	}
}

func TestNoRepository(t *testing.T) {
	for _, in := range []Inputs{{Dir: t.TempDir()}, {}} {
		_, diags := eval(t, scope(in), `gitrevision()`)
		if !strings.Contains(diags.Error(), "is in no git repository; use try(gitrevision()") {
			t.Errorf("%q: %s", in.Dir, diags)
		}
	}
}
