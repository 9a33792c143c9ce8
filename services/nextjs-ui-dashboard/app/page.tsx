import { Dashboard } from "../components/Dashboard";

/** Built once and served as it is; everything that changes is asked for by the browser. */
export default function Page() {
  return <Dashboard />;
}
