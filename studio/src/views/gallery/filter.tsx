// Above the gallery: which of its images are shown. All of it is in the address.
import { networkOfEntry, type Entry, type Filter } from "../../core/gallery";
import { counted, grouped } from "../../core/numbers";
import { changed, go } from "../../state/address";

interface ChoiceProps {
  label: string;
  name: "from" | "of" | "best" | "by";
  value: string;
  choices: [value: string, title: string][];
}

function Choice({ label, name, value, choices }: ChoiceProps) {
  const known = choices.some(([one]) => one === value) ? choices : [...choices, [value, value] as const];
  return (
    <label>
      {label}{" "}
      <select
        aria-label={label}
        value={value}
        onChange={(event) => go(changed({ [name]: event.currentTarget.value || null, pages: null, open: null }))}
      >
        {known.map(([one, title]) => (
          <option key={one} value={one}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

const named = (names: (string | undefined)[]): [string, string][] =>
  [...new Set(names)].flatMap((name): [string, string][] => (name ? [[name, name]] : [])).sort();

export function FilterBar({ entries, shown, filter }: { entries: Entry[]; shown: number; filter: Filter }) {
  const classes = named(entries.map(({ point }) => point.class));
  const networks = named(entries.map(networkOfEntry));
  return (
    <div class="card bench" role="group" aria-label="Which images are shown">
      <div class="row gallery-filter">
        <input
          type="search"
          aria-label="Find images"
          placeholder="Find images: words of what made them"
          value={filter.q}
          onInput={(event) => go(changed({ q: event.currentTarget.value || null, pages: null }), true)}
        />
        <Choice
          label="Model"
          name="from"
          value={filter.from}
          choices={[["", "all"], ...named(entries.map(({ model }) => model))]}
        />
        {(classes.length > 0 || filter.of) && (
          <Choice label="Class" name="of" value={filter.of} choices={[["", "all"], ...classes]} />
        )}
        <Choice
          label="Marked best"
          name="best"
          value={filter.best}
          choices={[
            ["", "or not"],
            ["yes", "yes"],
            ["no", "no"],
          ]}
        />
        <Choice label="Network" name="by" value={filter.by} choices={[["", "either"], ...networks]} />
        <span class="quiet" role="status">
          {shown === entries.length ? "" : `${grouped(shown)} of `}
          {counted(entries.length, "image")}
        </span>
      </div>
    </div>
  );
}
