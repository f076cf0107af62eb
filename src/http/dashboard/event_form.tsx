/** The fields of a search for events. */
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { MAX_SHOWN, type SearchForm, type WrongFields } from "./event_search.ts";
import { accountTitle } from "./links.ts";

interface SearchFieldsProps {
  /** One of each account. */
  readonly accounts: readonly Pipeline[];
  readonly form: SearchForm;
  readonly wrong: WrongFields;
}

export function SearchFields({ accounts, form, wrong }: SearchFieldsProps) {
  return (
    <form class="card" method="get" action="/events" role="search">
      <p class="quiet">
        Events are read from LivePerson when you search. Nothing is pushed or kept.
      </p>
      {Object.entries(wrong).map(([field, why]) => (
        <p class="error" role="alert" id={`${field}-error`} key={field}>{why}</p>
      ))}
      <div class="fields">
        <div>
          <label for="account">Account</label>
          <select id="account" name="account">
            {accounts.map((one) => (
              <option key={one.account} value={one.account} selected={one.account === form.account}>
                {accountTitle(one)}
              </option>
            ))}
          </select>
        </div>
        <Field name="start" label="Since" form={form} wrong={wrong.start} required>
          Such as 2 hours, yesterday, 2026-11-21T09:00Z
        </Field>
        <Field name="end" label="Until" form={form} wrong={wrong.end}>
          If empty: now.
        </Field>
        <div>
          <label for="limit">Show at most</label>
          <input
            id="limit"
            name="limit"
            type="number"
            min="1"
            max={MAX_SHOWN}
            value={form.limit}
            required
            aria-describedby={wrong.limit ? "limit-error" : undefined}
            aria-invalid={wrong.limit ? "true" : undefined}
          />
        </div>
        <Field name="type" label="Type" form={form}>Such as skill, profile, user</Field>
        <Field name="change" label="Change" form={form}>Such as create, update, delete</Field>
        <Field name="user" label="By" form={form}>A name or a user id</Field>
        <Field name="text" label="Containing" form={form}>
          In any field. If empty: all events.
        </Field>
      </div>
      <div class="actions">
        <button class="button" type="submit">Search</button>
      </div>
    </form>
  );
}

interface FieldProps {
  readonly name: "start" | "end" | "type" | "change" | "user" | "text";
  readonly label: string;
  readonly form: SearchForm;
  readonly wrong?: string;
  readonly required?: boolean;
  /** The hint. */
  readonly children?: string;
}

function Field({ name, label, form, wrong, required, children }: FieldProps) {
  return (
    <div>
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        value={form[name]}
        required={required}
        autocapitalize="none"
        aria-describedby={wrong ? `${name}-error ${name}-hint` : `${name}-hint`}
        aria-invalid={wrong ? "true" : undefined}
      />
      <span class="hint" id={`${name}-hint`}>{children}</span>
    </div>
  );
}
