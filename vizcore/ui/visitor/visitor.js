const YEAR = 365 * 24 * 60 * 60;

export default function ({ data }) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie =
    `${data.name}=${data.token}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
}
