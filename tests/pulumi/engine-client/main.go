// Calls a provider with the client that the Pulumi engine has in its SDK. Reads one request a line from its standard
// input and answers each with a line; properties are as in Pulumi's protocol. The provider is the one that
// PULUMI_DEBUG_PROVIDERS names.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/env"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"
)

const providerURN = resource.URN("urn:pulumi:dev::evergreen::pulumi:providers:aws::default")

// Properties of a resource, or settings of the provider.
type properties struct{ resource.PropertyMap }

var marshalling = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, ComputeAssetHashes: true}

func (p *properties) UnmarshalJSON(text []byte) error {
	var message structpb.Struct
	if err := protojson.Unmarshal(text, &message); err != nil {
		return err
	}
	values, err := plugin.UnmarshalProperties(&message, marshalling)
	p.PropertyMap = values
	return err
}

func (p properties) MarshalJSON() ([]byte, error) {
	message, err := plugin.MarshalProperties(p.PropertyMap, marshalling)
	if err != nil {
		return nil, err
	}
	return protojson.Marshal(message)
}

type request struct {
	Method     string
	URN        resource.URN
	ID         resource.ID
	Token      string
	Seed       string
	Preview    bool
	OldInputs  properties
	OldOutputs properties
	News       properties
}

type answer struct {
	Error               string                     `json:"error,omitempty"`
	ID                  resource.ID                `json:"id"`
	Inputs              properties                 `json:"inputs"`
	Outputs             properties                 `json:"outputs"`
	Changed             []resource.PropertyKey     `json:"changed"`
	Replaces            []resource.PropertyKey     `json:"replaces"`
	DeleteBeforeReplace bool                       `json:"deleteBeforeReplace"`
	Kinds               map[string]plugin.DiffKind `json:"kinds"`
}

type engine struct {
	host     plugin.Host
	context  *plugin.Context
	provider plugin.Provider
}

func main() {
	host := &plugin.MockHost{ServerAddrF: func() string { return "127.0.0.1:0" }}
	pluginContext, err := plugin.NewContext(context.Background(), nil, nil, host, nil, ".", nil, false, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	e := &engine{host: host, context: pluginContext}
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 1<<26)
	output := json.NewEncoder(os.Stdout)
	for input.Scan() {
		var r request
		var a answer
		err := json.Unmarshal(input.Bytes(), &r)
		if err == nil {
			a, err = e.call(context.Background(), r)
		}
		if err != nil {
			a = answer{Error: err.Error()}
		}
		if err := output.Encode(a); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func (e *engine) call(ctx context.Context, r request) (answer, error) {
	if r.Method == "configure" {
		return answer{}, e.configure(ctx, r.News.PropertyMap)
	}
	if r.URN == "" {
		r.URN = providerURN
	}
	p, name, kind := e.provider, r.URN.Name(), r.URN.Type()
	olds, outputs, news := r.OldInputs.PropertyMap, r.OldOutputs.PropertyMap, r.News.PropertyMap
	switch r.Method {
	case "diffConfig":
		_, err := p.DiffConfig(ctx, plugin.DiffConfigRequest{
			URN: r.URN, Name: name, Type: kind, OldInputs: olds, OldOutputs: olds, NewInputs: news, AllowUnknowns: true,
		})
		return answer{}, err
	case "invoke":
		result, err := p.Invoke(ctx, plugin.InvokeRequest{Tok: tokens.ModuleMember(r.Token), Args: news})
		return answer{Outputs: properties{result.Properties}}, err
	case "check":
		result, err := p.Check(ctx, plugin.CheckRequest{
			URN: r.URN, Name: name, Type: kind, Olds: olds, News: news, AllowUnknowns: true, RandomSeed: []byte(r.Seed),
		})
		if err == nil && len(result.Failures) > 0 {
			err = fmt.Errorf("check failed: %v", result.Failures)
		}
		return answer{Inputs: properties{result.Properties}}, err
	case "create":
		result, err := p.Create(ctx, plugin.CreateRequest{
			URN: r.URN, Name: name, Type: kind, Properties: news, Preview: r.Preview,
		})
		return answer{ID: result.ID, Outputs: properties{result.Properties}}, err
	case "diff":
		result, err := p.Diff(ctx, plugin.DiffRequest{
			URN: r.URN, Name: name, Type: kind, ID: r.ID,
			OldInputs: olds, OldOutputs: outputs, NewInputs: news, AllowUnknowns: true,
		})
		kinds := map[string]plugin.DiffKind{}
		for key, difference := range result.DetailedDiff {
			kinds[key] = difference.Kind
		}
		return answer{
			Changed: result.ChangedKeys, Replaces: result.ReplaceKeys,
			DeleteBeforeReplace: result.DeleteBeforeReplace, Kinds: kinds,
		}, err
	case "update":
		result, err := p.Update(ctx, plugin.UpdateRequest{
			URN: r.URN, Name: name, Type: kind, ID: r.ID, OldInputs: olds, OldOutputs: outputs, NewInputs: news,
		})
		return answer{ID: r.ID, Outputs: properties{result.Properties}}, err
	case "read":
		result, err := p.Read(ctx, plugin.ReadRequest{
			URN: r.URN, Name: name, Type: kind, ID: r.ID, Inputs: olds, State: outputs,
		})
		return answer{ID: result.ID, Inputs: properties{result.Inputs}, Outputs: properties{result.Outputs}}, err
	case "delete":
		_, err := p.Delete(ctx, plugin.DeleteRequest{
			URN: r.URN, Name: name, Type: kind, ID: r.ID, Inputs: olds, Outputs: outputs,
		})
		return answer{}, err
	default:
		return answer{}, fmt.Errorf("no such method: %s", r.Method)
	}
}

// Attaches to the provider anew, as a client can be configured only once.
func (e *engine) configure(ctx context.Context, settings resource.PropertyMap) error {
	descriptor := workspace.PluginDescriptor{Name: "aws", Kind: apitype.ResourcePlugin}
	provider, err := plugin.NewProvider(e.host, e.context, descriptor, nil, false, "", "", env.Global())
	if err != nil {
		return err
	}
	e.provider = provider
	checked, err := provider.CheckConfig(ctx, plugin.CheckConfigRequest{
		URN: providerURN, Name: providerURN.Name(), Type: providerURN.Type(), News: settings, AllowUnknowns: true,
	})
	if err != nil {
		return err
	}
	urn, name, kind := providerURN, providerURN.Name(), providerURN.Type()
	_, err = provider.Configure(ctx, plugin.ConfigureRequest{
		URN: &urn, Name: &name, Type: &kind, Inputs: checked.Properties,
	})
	return err
}
