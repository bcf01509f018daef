// SPDX-License-Identifier: Apache-2.0
// The files below metaschemas/, whose licence stands beside them.

    .section .rodata

    .macro metaschema name file
    .global tlm_metaschema_\name
    .global tlm_metaschema_\name\()_end
tlm_metaschema_\name:
    .incbin "\file"
tlm_metaschema_\name\()_end:
    .endm

    metaschema draft_04 draft-04.json
    metaschema draft_06 draft-06.json
    metaschema draft_07 draft-07.json
    metaschema v2019_09_applicator 2019-09/applicator.json
    metaschema v2019_09_content 2019-09/content.json
    metaschema v2019_09_core 2019-09/core.json
    metaschema v2019_09_format 2019-09/format.json
    metaschema v2019_09_meta_data 2019-09/meta-data.json
    metaschema v2019_09_schema 2019-09/schema.json
    metaschema v2019_09_validation 2019-09/validation.json
    metaschema v2020_12_applicator 2020-12/applicator.json
    metaschema v2020_12_content 2020-12/content.json
    metaschema v2020_12_core 2020-12/core.json
    metaschema v2020_12_format_annotation 2020-12/format-annotation.json
    metaschema v2020_12_format_assertion 2020-12/format-assertion.json
    metaschema v2020_12_meta_data 2020-12/meta-data.json
    metaschema v2020_12_schema 2020-12/schema.json
    metaschema v2020_12_unevaluated 2020-12/unevaluated.json
    metaschema v2020_12_validation 2020-12/validation.json

    .section .note.GNU-stack, "", %progbits
