/** YAML from `js-yaml`, which the build puts into this file, so that installations do not need the package. */
export { load as parseYaml } from 'js-yaml';
