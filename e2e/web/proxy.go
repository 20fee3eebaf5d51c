package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// proxy hands each request to a server of a name, which it looks up anew. As
// nginx does unless told otherwise, it turns to the next one when a server
// cannot be reached or breaks off before it answers.
type proxy struct{ name string }

// upstream keeps no connections, so that each request sees who is there.
var upstream = &http.Client{Transport: &http.Transport{
	DisableKeepAlives: true, DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
}}

func (p proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	addresses, err := net.DefaultResolver.LookupHost(r.Context(), p.name)
	rand.Shuffle(len(addresses), func(i, j int) { addresses[i], addresses[j] = addresses[j], addresses[i] })
	tried := []error{err}
	for _, address := range addresses {
		response, err := upstream.Get("http://" + net.JoinHostPort(address, "80") + r.URL.Path)
		if err != nil {
			tried = append(tried, err)
			continue
		}
		defer response.Body.Close()
		w.WriteHeader(response.StatusCode)
		_, _ = io.Copy(w, response.Body)
		return
	}
	fmt.Println("no answer:", errors.Join(tried...))
	http.Error(w, fmt.Sprint(errors.Join(tried...)), http.StatusBadGateway)
}
