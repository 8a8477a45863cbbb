import { AwsError } from '../services/service';
import type { ClientModel, ErrorModel } from './client-model';
import { type FormDialect, parseForm, readForm } from './form-values';
import { errorMembers } from './json-rpc';
import type { FormNode } from './form-values';
import { kindOf } from './shape';
import type { WireProtocol, WireReply, WireRequest } from './wire-protocol';
import { writeXmlMembers, xmlElement, xmlText } from './xml-values';

/**
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html and
 * https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
export function query(dialect: FormDialect): WireProtocol {
  return {
    operation(model, request) {
      const form = parse(request);
      const action = form.children.get('Action')?.value ?? '';
      const operation = model.operations.get(action);
      if (operation === undefined) throw unknownAction(action, form, dialect);
      return operation;
    },
    read(operation, request) {
      const form = parse(request);
      const parameters = new Map(form.children);
      parameters.delete('Action');
      parameters.delete('Version');
      return readForm({ children: parameters }, operation.input, dialect);
    },
    write(model, operation, output, requestId) {
      const unit = kindOf(operation.output) === 'unit';
      const members = unit ? '' : writeXmlMembers(output, operation.output);
      const content =
        dialect === 'ec2'
          ? xmlElement('requestId', requestId) + members
          : (unit ? '' : xmlElement(`${operation.name}Result`, members)) +
            xmlElement('ResponseMetadata', xmlElement('RequestId', requestId));
      return reply(200, rootElement(model, `${operation.name}Response`, content), requestId);
    },
    writeError(model, error, requestId) {
      const modelled = model.errors.get(error.code);
      const content =
        xmlElement('Code', xmlText(modelled?.queryCode ?? error.code)) +
        xmlElement('Message', xmlText(error.message)) +
        (modelled === undefined ? '' : furtherMembers(error, modelled));
      if (dialect === 'ec2') {
        const errors = xmlElement('Errors', xmlElement('Error', content));
        const body = xmlElement('Response', errors + xmlElement('RequestID', requestId));
        return reply(error.status, body, requestId);
      }
      const type = xmlElement('Type', error.status < 500 ? 'Sender' : 'Receiver');
      const body = xmlElement('Error', type + content) + xmlElement('RequestId', requestId);
      return reply(error.status, rootElement(model, 'ErrorResponse', body), requestId);
    },
  };
}

// The operation and its input are read one after the other from the same request.
const forms = new WeakMap<WireRequest, FormNode>();

function parse(request: WireRequest): FormNode {
  const form = forms.get(request) ?? parseForm(request.body.toString('utf8'));
  forms.set(request, form);
  return form;
}

function unknownAction(action: string, form: FormNode, dialect: FormDialect): AwsError {
  const version = form.children.get('Version')?.value ?? '';
  const message =
    dialect === 'ec2'
      ? `The action ${action} is not valid for this web service.`
      : `Could not find operation ${action} for version ${version}`;
  return new AwsError('InvalidAction', message);
}

/** Members of a modelled error beside its message, which is there already. */
function furtherMembers(error: AwsError, modelled: ErrorModel): string {
  const members = errorMembers(error, modelled);
  for (const name of Object.keys(members)) {
    if (name.toLowerCase() === 'message') delete members[name];
  }
  return writeXmlMembers(members, modelled.shape);
}

function rootElement(model: ClientModel, name: string, content: string): string {
  return `<${name} xmlns="${xmlText(model.xmlNamespace)}">${content}</${name}>`;
}

function reply(status: number, body: string, requestId: string): WireReply {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  };
}
