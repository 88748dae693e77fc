//! The sections of the deck as the types of their settings declare them.

use super::campaign::CampaignSettings;
use super::model::ModelKeys;
use crate::error::{Error, Result};
use crate::stage::Stage;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value as Json;

/// The schema of a type, without references. As settings are written every field is required, and `required` lists them
/// in the order of their declaration.
pub(super) fn of<T: JsonSchema>() -> Json {
    let settings = SchemaSettings::draft07().for_serialize().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// The schema of every section, in order, each with the meaning of its stage.
pub(super) fn sections() -> Result<Vec<(&'static str, Json)>> {
    let mut list = vec![("campaign", of::<CampaignSettings>()), ("model", of::<ModelKeys>())];
    let stages = of::<Stage>();
    let meaning = |stage: Stage| {
        let choices = stages.get("oneOf").and_then(Json::as_array).into_iter().flatten();
        let named = |choice: &&Json| choice.get("const").and_then(Json::as_str) == Some(stage.name());
        choices.into_iter().find(named).and_then(|choice| choice.get("description")).cloned()
    };
    for stage in Stage::ALL {
        let mut schema = stage.schema();
        let meaning =
            meaning(stage).ok_or_else(|| Error::Internal(format!("the stage {stage} has no documentation")))?;
        if let Json::Object(schema) = &mut schema {
            schema.insert("description".to_string(), meaning);
        }
        list.push((stage.name(), schema));
    }
    Ok(list)
}

/// The keys of a section or table with their schemas, in the order of their declaration.
pub(super) fn properties(schema: &Json) -> Vec<(&str, &Json)> {
    let order = schema.get("required").and_then(Json::as_array).into_iter().flatten();
    let named = |name: &str| schema.get("properties").and_then(|properties| properties.get(name));
    order.filter_map(Json::as_str).filter_map(|name| Some((name, named(name)?))).collect()
}
