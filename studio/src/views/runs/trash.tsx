// Below the list: the runs that were deleted, each to be taken back.
import { takeBack, useTrash } from "../../state/bench";

export function Trash({ version }: { version: number }) {
  const runs = useTrash(version);
  if (!runs.length) return null;
  return (
    <details class="card trash">
      <summary>Trash ({runs.length})</summary>
      <table>
        <tbody>
          {runs.map((trashed) => (
            <tr key={trashed.name}>
              <th scope="row" class="name">
                {trashed.run}
              </th>
              <td class="quiet">deleted {trashed.deleted.replace("T", " ").slice(0, 16)}</td>
              <td class="right">
                <button type="button" onClick={() => void takeBack(trashed)} aria-label={`Take back ${trashed.run}`}>
                  Take back
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">They lie in .trash of their folder of runs until somebody empties that by hand.</p>
    </details>
  );
}
