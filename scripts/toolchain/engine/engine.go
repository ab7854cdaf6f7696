// Package engine pins the Pulumi CLI as a Go module, for machines that cannot reach its download host.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
