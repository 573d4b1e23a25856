import semver from 'semver';
export function run() {
  return [semver.satisfies('1.2.3', '^1.0.0 || >=3'), semver.inc('1.2.3-beta.1', 'prerelease'), semver.sort(['2.0.0', '1.0.0', '1.0.0-a']), semver.coerce('v3.4').version, semver.minVersion('>1.2').version];
}
