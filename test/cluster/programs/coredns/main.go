// CoreDNS with only the plugins that the local cluster's own zone needs: the program with all of them brings the
// clients of several clouds and takes many times as long to build.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
)

// Plugins see a query in this order, which is the one of the whole program. No cache: answers come from the
// kubernetes plugin's memory anyway, and a test is to see a Service as soon as it is there.
func init() {
	dnsserver.Directives = []string{"bind", "ready", "errors", "kubernetes"}
}

func main() {
	coremain.Run()
}
