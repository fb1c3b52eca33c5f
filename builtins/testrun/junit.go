package testrun

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// File is a test file and how its runs ended.
type File struct {
	Name string
	Runs []*Outcome
}

// JUnit writes outcomes in the XML form that CI systems read. Times are those of the simulator.
func JUnit(w io.Writer, files []File) error {
	type failure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type testcase struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		File    string   `xml:"file,attr"`
		Line    int      `xml:"line,attr"`
		Time    string   `xml:"time,attr"`
		Failure *failure `xml:"failure,omitempty"`
	}
	type suite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testcase `xml:"testcase"`
	}
	all := struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []suite  `xml:"testsuite"`
	}{}
	for _, f := range files {
		s := suite{Name: f.Name, Tests: len(f.Runs)}
		for _, o := range f.Runs {
			c := testcase{Name: o.Name, Class: f.Name, File: f.Name, Line: o.Range.Start.Line, Time: fmt.Sprintf("%.3f", o.Took.Seconds())}
			if !o.Passed() {
				s.Failures++
				var lines []string
				for _, d := range o.Failures {
					where := ""
					if d.Subject != nil {
						where = fmt.Sprintf("%s:%d: ", d.Subject.Filename, d.Subject.Start.Line)
					}
					lines = append(lines, where+d.Summary+"\n"+d.Detail)
				}
				c.Failure = &failure{Message: o.Failures[0].Summary, Text: strings.Join(lines, "\n\n")}
			}
			s.Cases = append(s.Cases, c)
		}
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
