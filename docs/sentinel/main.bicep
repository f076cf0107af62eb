// What Microsoft Sentinel needs to take LivePerson's audit events: a table in its Log Analytics
// workspace, a data collection rule with an endpoint of its own, and the collector's role on the rule.

@description('The Log Analytics workspace of Microsoft Sentinel, in the resource group of this deployment.')
param workspaceName string

@description('Object id of the enterprise application (service principal) that the collector signs in as.')
param principalId string

@description('The region of the workspace: the rule must be in the same one.')
param location string = resourceGroup().location

param ruleName string = 'liveperson-audit'

var tableName = 'LivePersonAudit_CL'
var streamName = 'Custom-LivePersonAudit'

// the columns that the collector sends
var columns = [
  { name: 'CutFields', type: 'dynamic' }
  { name: 'TimeGenerated', type: 'dateTime' }
  { name: 'ChangeDate', type: 'dateTime' }
  { name: 'EventId', type: 'string' }
  { name: 'AccountId', type: 'string' }
  { name: 'ObjectType', type: 'string' }
  { name: 'ObjectTypeLabel', type: 'string' }
  { name: 'ObjectName', type: 'string' }
  { name: 'Element', type: 'string' }
  { name: 'ChangeType', type: 'string' }
  { name: 'ChangeTypeLabel', type: 'string' }
  { name: 'ActionType', type: 'string' }
  { name: 'OldValue', type: 'string' }
  { name: 'NewValue', type: 'string' }
  { name: 'UserId', type: 'string' }
  { name: 'ChangedBy', type: 'string' }
  { name: 'Originator', type: 'string' }
  { name: 'OriginatorUserId', type: 'string' }
  { name: 'OriginatorLoginName', type: 'string' }
  { name: 'OriginatorUserAgent', type: 'string' }
  { name: 'OriginatorAuthType', type: 'string' }
  { name: 'OriginatorIsLpa', type: 'boolean' }
  { name: 'ChangeDateError', type: 'string' }
  { name: 'AdditionalFields', type: 'dynamic' }
  { name: 'Event', type: 'dynamic' }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2022-10-01' existing = {
  name: workspaceName
}

resource table 'Microsoft.OperationalInsights/workspaces/tables@2022-10-01' = {
  parent: workspace
  name: tableName
  properties: {
    plan: 'Analytics'
    schema: {
      name: tableName
      columns: columns
    }
  }
}

resource rule 'Microsoft.Insights/dataCollectionRules@2023-03-11' = {
  name: ruleName
  location: location
  kind: 'Direct'
  properties: {
    streamDeclarations: {
      '${streamName}': {
        columns: [for column in columns: {
          name: column.name
          type: toLower(column.type)
        }]
      }
    }
    destinations: {
      logAnalytics: [
        {
          name: 'workspace'
          workspaceResourceId: workspace.id
        }
      ]
    }
    dataFlows: [
      {
        streams: [streamName]
        destinations: ['workspace']
        transformKql: 'source'
        outputStream: 'Custom-${tableName}'
      }
    ]
  }
  dependsOn: [table]
}

// Monitoring Metrics Publisher
resource publisher 'Microsoft.Authorization/roleDefinitions@2022-04-01' existing = {
  scope: subscription()
  name: '3913510d-42f4-4e42-8a64-420c390055eb'
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: rule
  name: guid(rule.id, principalId, publisher.id)
  properties: {
    roleDefinitionId: publisher.id
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

@description('AZURE_MONITOR_ENDPOINT')
output endpoint string = rule.properties.endpoints.logsIngestion

@description('AZURE_MONITOR_RULE_ID')
output ruleId string = rule.properties.immutableId

@description('AZURE_MONITOR_STREAM')
output stream string = streamName
