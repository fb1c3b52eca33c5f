package gate

import "math"

// What follows tests whether a new release errs too often, looking at the evidence as it comes in. Looking many times
// spoils a test that is made for one look: sooner or later chance alone shows a difference. So evidence is measured by
// e-processes: numbers that begin at 1 and, as long as the release is as it should be, are expected to grow at no
// look, whatever happened before. By Ville's inequality (Étude critique de la notion de collectif, 1939) such a number
// ever reaches 1/α with a chance of at most α, however often one looks and whenever one stops; so 1/max is a p-value
// at any time (Shafer, Shen, Vereshchagin, Vovk: Test martingales, Bayes factors and p-values, Statistical Science
// 26, 2011). Each is the mean of Wald's likelihood ratios (Sequential tests of statistical hypotheses, 1945) against a
// few alternatives, since how bad a bad release is nobody knows before.
//
// Requests are taken to fail independently of each other; of those in one block all of a release are alike.

// odds are the alternatives: by what factor a bad release's odds of an error are larger.
var odds = []float64{1.5, 2, 4, 10, 40, 200}

// evidence is an e-process.
type evidence struct {
	logs []float64 // of the likelihood ratios, by alternative
	peak float64   // the largest log of their mean so far
}

// take brings in log likelihood ratios, by alternative.
func (e *evidence) take(ratio func(odds float64) float64) {
	if e.logs == nil {
		e.logs = make([]float64, len(odds))
	}
	highest := math.Inf(-1)
	for i, o := range odds {
		e.logs[i] += ratio(o)
		highest = max(highest, e.logs[i])
	}
	sum := 0.0
	for _, l := range e.logs {
		sum += math.Exp(l - highest)
	}
	if !math.IsInf(highest, 0) {
		e.peak = max(e.peak, highest+math.Log(sum/float64(len(odds))))
	} else if highest > 0 {
		e.peak = highest
	}
}

// p is the p-value of all that was taken in, valid at any time.
func (e *evidence) p() float64 { return math.Exp(-e.peak) }

// above takes in that errors of requests failed, as evidence against their rate being at most rate: against any such
// rate the ratios are expected not to grow, since they rise with the number of errors and are even at rate itself.
func (e *evidence) above(rate float64, errors, requests int64) {
	if requests <= 0 {
		return
	}
	x, n := float64(errors), float64(requests)
	e.take(func(o float64) float64 {
		switch {
		case rate <= 0 && errors > 0:
			return math.Inf(1) // what may never happen has happened
		case rate <= 0 || rate >= 1:
			return 0
		}
		other := o * rate / (1 + (o-1)*rate)
		return x*math.Log(other/rate) + (n-x)*math.Log((1-other)/(1-rate))
	})
}

// worse takes in one block of time, in which both releases answered, as evidence against the new one failing no more
// often than the old one. Given how many requests each had and how many of all failed, the number of the new one's
// among these follows the hypergeometric distribution where both are alike, whatever their common rate is: a database
// that both wait for counts against neither. Where the odds differ by a factor it follows Fisher's noncentral one (P.
// Grünwald, A. Ly, M. Pérez-Ortiz and J. ter Schure use the same for survival times in The safe logrank test,
// 2021). Blocks multiply, since each is judged by what happened in it alone.
func (e *evidence) worse(newErrors, newRequests, oldErrors, oldRequests int64) {
	failed := newErrors + oldErrors
	least, most := max(0, failed-oldRequests), min(failed, newRequests)
	if newErrors < least || newErrors > most || least == most {
		return // it says nothing
	}
	logs := make([]float64, 0, most-least+1)
	for u := least; u <= most; u++ {
		logs = append(logs, choose(newRequests, u)+choose(oldRequests, failed-u))
	}
	all := sumLogs(logs)
	shifted := make([]float64, len(logs))
	e.take(func(o float64) float64 {
		for i := range logs {
			shifted[i] = logs[i] + float64(least+int64(i))*math.Log(o)
		}
		return float64(newErrors)*math.Log(o) - (sumLogs(shifted) - all)
	})
}

// choose is the log of n over k.
func choose(n, k int64) float64 {
	return logFactorial(n) - logFactorial(k) - logFactorial(n-k)
}

func logFactorial(n int64) float64 {
	l, _ := math.Lgamma(float64(n) + 1)
	return l
}

// sumLogs is the log of the sum of what the logs are of.
func sumLogs(logs []float64) float64 {
	highest := math.Inf(-1)
	for _, l := range logs {
		highest = max(highest, l)
	}
	sum := 0.0
	for _, l := range logs {
		sum += math.Exp(l - highest)
	}
	return highest + math.Log(sum)
}
