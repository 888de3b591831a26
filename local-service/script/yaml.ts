/** YAML from `js-yaml`, which the build puts into this file: an installation has no package of its own for it. */
export { load as parseYaml } from 'js-yaml';
