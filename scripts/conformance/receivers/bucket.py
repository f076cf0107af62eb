"""
A bucket of moto's S3 server, through boto3.

prepare URL BUCKET                          makes it, and a user who may use it; from then on the server
                                            checks every signature. Prints the user's key.
read URL BUCKET KEY_ID SECRET               prints its objects.
replace URL BUCKET KEY_ID SECRET KEY TEXT   puts a text in the place of an object.
"""

import base64
import json
import sys
import urllib.request

import boto3


def client(service, url, key_id, secret):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
    )


def prepare(url, bucket):
    iam = client("iam", url, "anybody", "anything")
    iam.create_user(UserName="collector")
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName="collector", PolicyName="s3", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="collector")["AccessKey"]
    client("s3", url, "anybody", "anything").create_bucket(Bucket=bucket)
    check_from_now_on = urllib.request.Request(
        f"{url}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}
    )
    urllib.request.urlopen(check_from_now_on).close()
    return {"keyId": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


def read(url, bucket, key_id, secret):
    s3 = client("s3", url, key_id, secret)
    return [
        stored(key["Key"], s3.get_object(Bucket=bucket, Key=key["Key"]))
        for key in s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    ]


def replace(url, bucket, key_id, secret, key, text):
    client("s3", url, key_id, secret).put_object(Bucket=bucket, Key=key, Body=text.encode())


def stored(key, found):
    return {
        "key": key,
        "contentType": found.get("ContentType"),
        "contentEncoding": found.get("ContentEncoding"),
        "body": base64.b64encode(found["Body"].read()).decode(),
    }


what, *arguments = sys.argv[1:]
print(json.dumps({"prepare": prepare, "read": read, "replace": replace}[what](*arguments)))
