/** The content of `/docs`: the API description for people. It has no script and loads nothing from another host. */
import { Kind, Schemas, Words } from "./docs_schemas.tsx";
import type { ApiDocument, DocumentedAnswer, DocumentedOperation, Parameter } from "./openapi.ts";

export function ApiDocs({ api }: { api: ApiDocument }) {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
  );
  return (
    <>
      <section class="card docs">
        <h1 class="title">{`API of the ${api.info.title}`}</h1>
        <p class="quiet">
          Version {api.info.version}. For programs: <a href="/openapi.json">openapi.json</a>{" "}
          (OpenAPI {api.openapi}).
        </p>
        <p>
          <Words text={api.info.description} />
        </p>
        <p>
          In the examples <code>$URL</code> is where the collector is, and <code>api.token</code>
          {" "}
          a file with the line <code>Authorization: Bearer</code>, a space and the setting{" "}
          <code>API_TOKEN</code>.
        </p>
        <nav class="contents" aria-label="Contents">
          <ul>
            {operations.map(({ path, method, operation }) => (
              <li key={operation.operationId}>
                <a href={`#${operation.operationId}`}>{operation.summary}</a>{" "}
                <code class="kind">{`${method.toUpperCase()} ${path}`}</code>
              </li>
            ))}
            <li>
              <a href="#problems">Problem codes, and what to do</a>
            </li>
            <li>
              <a href="#schemas">Fields of the answers</a>
            </li>
          </ul>
        </nav>
      </section>
      {operations.map((one) => (
        <Route key={one.operation.operationId} codes={api["x-problems"]} {...one} />
      ))}
      <Problems api={api} />
      <Schemas schemas={api.components.schemas} />
    </>
  );
}

type Codes = ApiDocument["x-problems"];

function Route({ path, method, operation, codes }: {
  path: string;
  method: string;
  operation: DocumentedOperation;
  codes: Codes;
}) {
  const isOpen = operation.security.some((way) => Object.keys(way).length === 0);
  const { parameters, requestBody } = operation;
  return (
    <section class="card docs" aria-labelledby={operation.operationId}>
      <h2 id={operation.operationId}>{operation.summary}</h2>
      <p>
        <code class="method">{method.toUpperCase()}</code>
        <code>{path}</code>
      </p>
      <p>
        <Words text={operation.description} />
        {isOpen && " It needs no token."}
      </p>
      {operation["x-codeSamples"].map(({ source }) => (
        <pre
          key={source}
        ><code>{source}</code></pre>
      ))}
      {parameters.length > 0 && (
        <>
          <h3>
            {requestBody === undefined ? "Arguments" : "Arguments, in the query or in a JSON body"}
          </h3>
          <dl>
            {parameters.map((parameter) => <Argument key={parameter.name} parameter={parameter} />)}
          </dl>
        </>
      )}
      <h3>Answers</h3>
      <dl>
        {Object.entries(operation.responses).map(([status, answer]) => (
          <AnswerItem key={status} status={status} answer={answer} codes={codes} />
        ))}
      </dl>
    </section>
  );
}

function Argument({ parameter }: { parameter: Parameter }) {
  const { name, required, description = "", schema } = parameter;
  return (
    <>
      <dt>
        <code>{name}</code>
      </dt>
      <dd>
        <Words text={description} />{" "}
        <span class="kind">
          <Kind schema={schema} />
          {required && ", required"}
          {schema.default !== undefined && (
            <>
              , default <code>{String(schema.default)}</code>
            </>
          )}
        </span>
      </dd>
    </>
  );
}

function AnswerItem({ status, answer, codes }: {
  status: string;
  answer: DocumentedAnswer;
  codes: Codes;
}) {
  return (
    <>
      <dt>{status}</dt>
      <dd>
        <Words text={answer.description} codes={codes} />
        {Object.entries(answer.content).map(([type, { schema }]) => (
          <div key={type} class="kind">
            <code>{type}</code> <Kind schema={schema} />
          </div>
        ))}
      </dd>
    </>
  );
}

function Problems({ api }: { api: ApiDocument }) {
  return (
    <section class="card docs" aria-labelledby="problems">
      <h2 id="problems">Problem codes, and what to do</h2>
      <dl>
        {Object.entries(api["x-problems"]).map(([code, problem]) => (
          <ProblemCode key={code} code={code} problem={problem} />
        ))}
      </dl>
    </section>
  );
}

function ProblemCode({ code, problem }: { code: string; problem: Codes[string] }) {
  return (
    <>
      <dt id={`code-${code}`}>
        <code>{code}</code>
      </dt>
      <dd>
        {problem.title} <span class="kind">({problem.status})</span>.
        <br />
        <Words text={problem.action} />
      </dd>
    </>
  );
}
